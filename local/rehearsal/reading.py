"""A scenario as plain data, so that options of the command line may change it."""

from pathlib import Path
from typing import Any

from local.rehearsal.faults import Unplayable
from local.rehearsal.scenario import Scenario
from plays.yaml_source import YamlFault, read_yaml


def plain_scenario(given: Path | Scenario) -> dict[str, Any]:
    """Of a file with one scenario, or of one of a file with several. Raises Unplayable."""
    if isinstance(given, Scenario):
        return given.model_dump(exclude_unset=True, exclude={"expect"})
    try:
        spot = read_yaml(given.read_bytes())
    except OSError as error:
        raise Unplayable(f"{given} cannot be read: {error.strerror}") from None
    except YamlFault as fault:
        raise Unplayable(f"{given.name}:{fault.line}: {fault.message}; {fault.suggestion}") from None
    if not isinstance(spot.value, dict):
        raise Unplayable(f"{given.name}: a scenario is a list of keys and values: account, at, events …")
    return {key: value for key, value in spot.value.items() if key not in ("play", "expect")}
