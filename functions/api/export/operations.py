"""The operations on exports, each stated once. Pure."""

from typing import Final

from functions.api.schemas.operation import API, Operation

EXPORT_OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        *("POST", "/exports", API, "requestExport"),
        *("Have a list, or everything, made as a file", "Export"),
        status=202,
        body="ExportRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("GET", "/exports", API, "listExports", "List exports, newest first", "ExportList"),
        query=("cursor", "limit"),
    ),
    Operation(*("GET", "/exports/{number}", API, "showExport", "Show an export", "Export")),
    Operation(
        *("GET", "/exports/{number}/download", API, "downloadExport"),
        *("Download an export: 303 to a link, or the link as JSON", "Link"),
        query=("lifetime_s",),
        problems=(409, 503),
    ),
)
