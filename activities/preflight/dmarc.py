"""DMARC (RFC 7489): what receivers do with mail that is not ours, and whether what is ours will be known as such."""

from collections.abc import Sequence
from typing import Final

from activities.preflight.findings import Finding, Names, tags_of
from activities.preflight.ways import Way

POLICIES: Final = ("none", "quarantine", "reject")


async def check_dmarc(names: Names, domain: str) -> Finding:
    """The domain's policy, or the one it inherits: the next domain above that has one."""
    above = domain
    while True:
        where = f"_dmarc.{above}"
        told = await names.txt(where)
        if not told.known:
            return Finding("DMARC", "unknown", "DNS did not answer", "ask again", where)
        records = [one for one in told.values if tags_of(one).get("v") == "DMARC1"]
        if records:
            return _judged(records, where, inherited=above != domain)
        if above.count(".") < 2:
            break
        above = above.partition(".")[2]
    right = f"TXT v=DMARC1; p=none; rua=mailto:dmarc@{domain} and, once the reports are clean, p=quarantine"
    return Finding("DMARC", "fails", "there is no record", right, f"_dmarc.{domain}")


def _judged(records: Sequence[str], where: str, *, inherited: bool) -> Finding:
    if len(records) > 1:
        return Finding("DMARC", "fails", f"{len(records)} records; receivers then apply none", "keep one", where)
    tags, record = tags_of(records[0]), records[0]
    policy = (tags.get("sp") if inherited else None) or tags.get("p", "")
    if policy.lower() not in POLICIES:
        found = f"its policy is '{policy}': {record}" if policy else f"it has no policy: {record}"
        return Finding("DMARC", "fails", found, "TXT v=DMARC1; p=none, quarantine or reject; …", where)
    if policy.lower() == "none":
        right = "p=quarantine, once the reports to rua= show that all your mail passes"
        return Finding("DMARC", "warning", f"it watches and protects nobody: {record}", right, where)
    if "rua" not in tags:
        return Finding("DMARC", "warning", f"nobody gets its reports: {record}", "add rua=mailto:…", where)
    return Finding("DMARC", "ok", record, where=where)


def check_alignment(domain: str, spf: Sequence[Finding], dkim: Sequence[Finding], ways: Sequence[Way]) -> Finding:
    """RFC 7489, 3.1: SPF or DKIM must pass for the domain that people see in From.

    The keys looked at are the domain's own, so a mail signed with one is aligned, strictly too; so is SPF where the
    return path is ours.
    """
    signed = any(one.level in ("ok", "warning") and "in test" not in one.found for one in dkim)
    listed = bool(spf) and all(one.level in ("ok", "warning") for one in spf)
    enveloped = listed and bool(ways) and all(way.carrier.envelope_is_ours for way in ways)
    where = f"mail from {domain}"
    if signed and enveloped:
        return Finding("alignment", "ok", "DKIM and SPF are the domain's own", where=where)
    if signed:
        return Finding("alignment", "ok", "DKIM is the domain's own", where=where)
    if enveloped:
        right = "sign with the domain's own DKIM key: Gmail asks bulk senders for both"
        return Finding("alignment", "warning", "by SPF alone, which a forwarded mail loses", right, where)
    unknown = any(one.level == "unknown" for one in [*spf, *dkim])
    level = "unknown" if unknown else "fails"
    return Finding("alignment", level, "neither SPF nor DKIM stands for the domain", "mend DKIM first", where)  # type: ignore[arg-type]
