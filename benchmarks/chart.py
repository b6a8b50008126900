"""A chart of medians as an SVG of horizontal bars: no library, readable in light and dark."""

from html import escape

_ROW, _LEFT, _WIDTH, _RIGHT = 34, 210, 420, 170


def bars(title: str, unit: str, values: dict[str, float], note: str = "") -> str:
    """Return an SVG with one bar per name, longest first as given."""
    longest = max(values.values())
    height = 60 + _ROW * len(values) + (24 if note else 0)
    total = _LEFT + _WIDTH + _RIGHT
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" '
            f'width="{total}" height="{height}" role="img" '
            'font-family="system-ui, sans-serif" font-size="14">'
        ),
        (
            "<style>text{fill:#24292f}.b{fill:#8c959f}.o{fill:#0a7d4f}"
            "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.b{fill:#6e7681}.o{fill:#3fb97f}}"
            "</style>"
        ),
        f'<text x="16" y="28" font-size="16" font-weight="600">{escape(title)}</text>',
    ]
    first = next(iter(values))
    for number, (name, value) in enumerate(values.items()):
        y = 48 + number * _ROW
        width = max(2.0, _WIDTH * value / longest)
        label = f"{value:.2f} {unit}"
        if name != first:
            label += f"  ({value / values[first]:.1f}×)"
        parts += [
            f'<text x="{_LEFT - 12}" y="{y + 19}" text-anchor="end">{escape(name)}</text>',
            (
                f'<rect class="{"o" if name == first else "b"}" x="{_LEFT}" y="{y + 4}" '
                f'width="{width:.1f}" height="22" rx="3"/>'
            ),
            f'<text x="{_LEFT + width + 8:.1f}" y="{y + 19}">{escape(label)}</text>',
        ]
    if note:
        parts.append(f'<text x="16" y="{height - 12}" font-size="12">{escape(note)}</text>')
    return "\n".join([*parts, "</svg>\n"])
