"""Small drawings for channels and steps: paths in a square of 16, and the colour each kind has everywhere."""

from typing import Final

# Strokes only, so that they take the colour of their surroundings.
ICONS: Final[dict[str, str]] = {
    "email": "M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5",
    "survey": "M1.5 3.5h13v9h-13zM4 10V8M8 10V6M12 10V7",
    "call": "M3 2l3 1 .6 3-1.8 1.4a9 9 0 0 0 3.8 3.8L10 9.4l3 .6 1 3c-6 2-13-5-11-11z",
    "social": (
        "M5.5 7.5a2.5 2.5 0 1 1 .1 0M1 14c.3-3 2-4.5 4.5-4.5S9.7 11 10 14"
        "M11 8a2 2 0 1 0-.5-3.9M11.5 10c2 0 3.3 1.3 3.5 4"
    ),
    "parcel": "M2 5l6-3 6 3v7l-6 3-6-3zM2 5l6 3 6-3M8 8v7",
    "ads": "M2 6.5h3l7-4v11l-7-4H2zM5 10l1 4",
    "meeting": "M2 3.5h12v10.5H2zM2 7h12M5 2v3M11 2v3",
    "task": "M2.5 2.5h11v11h-11zM5 8l2 2 4-4.5",
    "form": "M3 1.5h10v13H3zM5 5h6M5 8h6M5 11h4",
    "notify": "M8 2a4 4 0 0 1 4 4c0 4 1.5 5 1.5 5h-11S4 10 4 6a4 4 0 0 1 4-4M6.5 13.5a1.5 1.5 0 0 0 3 0",
    "hold": "M5 2.5v11M11 2.5v11",
    "webhook": "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
    "wait": "M3.5 1.5h9M3.5 14.5h9M4.5 1.5c0 4 7 5 7 13M11.5 1.5c0 4-7 5-7 13",
    "gather": "M2 3l6 6 6-6M8 9v5.5",
    "set": "M2 5h12M2 11h12M6 3v4M10 9v4",
    "go": "M6 3L2 7l4 4M2 7h8a4 4 0 0 1 4 4v2",
    "play": "M4 2.5l9 5.5-9 5.5z",
    "end": "M3.5 14.5v-13M3.5 2.5h9l-2.5 3 2.5 3h-9",
}
COLOURS: Final[dict[str, str]] = {
    "email": "#1d5fa8",
    "survey": "#1d5fa8",
    "call": "#0f7b5f",
    "social": "#7a3e9d",
    "parcel": "#9a5b00",
    "ads": "#b0305c",
    "meeting": "#a63d00",
    "task": "#4a5568",
    "form": "#4a5568",
    "notify": "#6b7280",
    "hold": "#6b7280",
    "webhook": "#6b7280",
    "wait": "#8a8f98",
    "gather": "#4a5568",
    "set": "#8a8f98",
    "go": "#8a8f98",
    "play": "#111827",
    "end": "#111827",
}
BANDS: Final[dict[str, str]] = {
    "stage": "#e3ecf7",
    "branch": "#fdf1d8",
    "track": "#e4f3ea",
    "repeat": "#f3e6f7",
    "gather": "#eceff3",
}
