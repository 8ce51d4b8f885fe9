"""What stands inside a step: which nodes belong to a repeat, a stage, a choice, tracks. Pure, over a `Program`."""

from plays.nodes import Program


def inside(program: Program, name: str) -> frozenset[str]:
    """The names of the steps inside the step, at every depth, without its own. Empty for one that holds none."""
    whole = program.nodes[name]
    found: set[str] = set()
    coming = [first for first in whole.branches if first is not None]
    while coming:
        step = coming.pop()
        if step in found or step in (name, whole.follows):
            continue
        found.add(step)
        node = program.nodes[step]
        coming += [after for after in (node.follows, *node.branches) if after is not None]
    return frozenset(found)


def stages_around(program: Program, stage: str) -> tuple[str, ...]:
    """The stage and those it stands in, the innermost first. Empty for no stage."""
    if stage not in program.stalls:
        return ()
    outer = {name: inside(program, name) for name in program.stalls if name != stage}
    around = [name for name, within in outer.items() if stage in within]
    return (stage, *sorted(around, key=lambda name: len(outer[name])))
