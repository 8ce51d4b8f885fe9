"""The steps of a play as lines: touches numbered, what is inside something indented under it. Pure."""

from collections.abc import Iterator

from plays.model import (
    AnyStep,
    ChooseStep,
    EmailStep,
    EndStep,
    FormStep,
    GatherStep,
    GoStep,
    HandedOut,
    HoldStep,
    NotifyStep,
    Play,
    PlayStep,
    RepeatStep,
    SetStep,
    StageStep,
    SurveyStep,
    Touch,
    TracksStep,
    WaitStep,
    WebhookStep,
    Written,
)
from plays.program import inner_lists, lay_out, step_kind

_INDENT = "    "


def step_lines(play: Play) -> list[str]:
    """The steps in their order. Touches are numbered as in "touch 4 of 9"; those of a `stall` are not."""
    program = lay_out(play)
    touches = [name for name, node in program.nodes.items() if node.reaches and node.on is None]
    names = {id(node.step): name for name, node in program.nodes.items()}
    order = {name: index for index, name in enumerate(_in_order(play.steps, names))}
    numbers = {name: number for number, name in enumerate(sorted(touches, key=order.__getitem__), 1)}
    return list(_lines(play.steps, names, numbers, 0))


def _in_order(steps: tuple[AnyStep, ...], names: dict[int, str]) -> Iterator[str]:
    for step in steps:
        yield names[id(step)]
        for _, inner in inner_lists(step):
            yield from _in_order(inner, names)


def _lines(steps: tuple[AnyStep, ...], names: dict[int, str], numbers: dict[str, int], depth: int) -> Iterator[str]:
    indent = _INDENT * depth
    for step in steps:
        name = names[id(step)]
        yield f"{numbers.get(name, ''):>3}  {indent}{step_kind(step):<7} {_what(step, name)}".rstrip()
        if isinstance(step, Touch) and step.reason:
            yield f"     {indent}        {' '.join(step.reason.split())}"
        for path, inner in inner_lists(step):
            heading = _heading(step, path)
            if heading:
                yield f"     {indent}  {heading}"
            yield from _lines(inner, names, numbers, depth + 1)
            if not inner:
                yield f"     {indent}    go on"


def _heading(step: AnyStep, path: tuple[str | int, ...]) -> str:
    """What stands over one of the lists inside a step."""
    match step:
        case ChooseStep(choose=branches):
            when = branches[int(path[1])].when
            return "else:" if when is None else f"if {_one_line(when)}:"
        case TracksStep(of=tracks):
            when = tracks[str(path[1])].when
            return f"{path[1]}{f', if {_one_line(when)}' if when else ''}:"
        case StageStep() if path[0] == "stall":
            return f"after {path[1]} in the stage:"
        case StageStep(stall=stall):
            return "its steps:" if stall else ""
        case _:
            return ""


def _what(step: AnyStep, name: str) -> str:
    given = getattr(step, "name", None) or ""  # of a wait, a choose, an end: for conditions
    parts = [given, *_own(step, name), f"after {step.after}" if step.after else "", f"at {step.at}" if step.at else ""]
    parts += [*_of_touch(step), _due(step)] if isinstance(step, Touch) else []
    parts += [f"when {_one_line(step.when)}" if step.when else ""]
    parts += ["(the play goes on meanwhile)" if isinstance(step, HandedOut) and step.go_on else ""]
    return "  ".join(part for part in parts if part)


def _own(step: AnyStep, name: str) -> list[str]:
    """What only this kind of step says."""
    match step:
        case ChooseStep():
            return ["the first that holds"]
        case WaitStep(wait=span, events=events, where=where, to=to):
            whose = f" from {to}" if to else ""
            until = (
                f"until {' or '.join(events)}{whose}{f' where {_one_line(where)}' if where else ''}" if events else ""
            )
            return [str(span) if span else "", until]
        case GatherStep(need=need, events=events, within=within):
            found = [f"{need} of:" if step.of else f"{need}", *([f"events {', '.join(events)}"] if events else [])]
            optional = f"optional: {', '.join(step.optional)}" if step.optional else ""
            return [name, *found, optional, f"within {within}" if within else ""]
        case RepeatStep(every=every, most=most, until=until):
            rounds = f"at most {most} times" if most else "" if until else "without end"
            return [name, f"every {', '.join(map(str, every))}", rounds, f"until {_one_line(until)}" if until else ""]
        case StageStep(title=title, norm=norm):
            return [name, f"({title})" if title else "", f"norm {norm}" if norm else ""]
        case TracksStep(need=need):
            return [name, "side by side" if need == "all" else "side by side, the first that is over ends them all"]
        case _:
            return _short(step, name)


def _short(step: AnyStep, name: str) -> list[str]:
    match step:
        case PlayStep(play=play, how=how, parameters=given, within=within):
            values = f"with {', '.join(f'{key} {value}' for key, value in given.items())}" if given else ""
            ends = f"end: {step.outcome}" if how == "successor" else f"within {within}" if within else ""
            return [f"{play} as {how}", values, ends]
        case SetStep(assign=values):
            return [", ".join(f"{key}: {str(value).removeprefix('= ')}" for key, value in values.items())]
        case GoStep(go=target):
            return [f"to {target}"]
        case EndStep(end=word):
            return [word]
        case _:
            return [name, _people(step)]


def _people(step: AnyStep) -> str:
    match step:
        case Written(sender=sender, to=to):
            return f"{sender} -> {to}"
        case HandedOut(by=by, to=to):
            return f"{by} -> {to}" if to else by
        case NotifyStep(to=slots):
            return f"-> {', '.join(slots)}"
        case HoldStep(to=to, lasts=lasts, plays=plays):
            return f"{to} left alone for {lasts}" + (", by this play too" if plays == "all" else "")
        case WebhookStep(to=endpoint):
            return f"-> {endpoint}"
        case _:
            return ""


def _of_touch(step: Touch) -> list[str]:
    """What any touch may say beside whom and when."""
    found = [f"window {step.window}" if step.window else "", f"late: {step.late}" if step.late != "skip" else ""]
    if isinstance(step, EmailStep):
        found += [f"in the thread of {step.thread}" if step.thread else "", _list("copy to", step.copy_to)]
        found += [_list("library", step.library)]
    if isinstance(step, FormStep | SurveyStep):
        found += [_list("asks", tuple(step.ask))]
    found += [_list("variants", tuple(step.variants)), f"text {step.text}" if step.text else ""]
    if step.quota is not None:
        found += [f"at most {step.quota.most} in {step.quota.per} per {step.quota.of}"]
    return [*found, f"expires after {step.expires}" if step.expires else ""]


def _list(what: str, names: tuple[str, ...]) -> str:
    return f"{what} {', '.join(names)}" if names else ""


def _due(step: Touch) -> str:
    spans = step.due if isinstance(step, HandedOut) else step.approve if isinstance(step, EmailStep) else None
    text = ", ".join(f"{span} {rung}" for span, rung in (spans or {}).items())
    return f"[{'approve: ' if isinstance(step, EmailStep) else 'due: '}{text}]" if text else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
