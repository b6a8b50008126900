/** The frame of a table. A table that fits has a head that stays in sight; a wider one scrolls in its frame, by keyboard too. */
import { html, useLayoutEffect, useRef, useState } from '../../app/preact.js';

/** @param {{label?: string, labelledby?: string, children: any}} props what the frame is called where it scrolls */
export function TableFrame({ label, labelledby, children }) {
  const frame = useRef(null);
  const [isWide, setWide] = useState(false);
  useLayoutEffect(() => {
    const measure = () => setWide(frame.current.scrollWidth > frame.current.clientWidth + 1);
    const observer = new ResizeObserver(measure);
    observer.observe(frame.current);
    observer.observe(frame.current.firstElementChild);
    measure();
    return () => observer.disconnect();
  }, []);
  const region = isWide ? { tabindex: 0, role: 'region', 'aria-label': label, 'aria-labelledby': labelledby } : {};
  return html`<div ref=${frame} class=${`table-frame${isWide ? ' wide' : ''}`} ...${region}>${children}</div>`;
}
