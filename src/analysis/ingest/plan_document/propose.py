"""Proposals for an item from declared words: its channel, the kind of activity, a short title."""

import re

from analysis.ingest.plan_document.aims import shortened
from analysis.ingest.plan_document.declared import ChannelWord, channel_words

LONGEST_TITLE = 90
_TITLE_END = re.compile(r":|\s[-–]\s|\s?\((?!.*\).*:)")


def proposed_channel(content: str, deliverable: str) -> ChannelWord | None:
    """The most telling word of the content, the first of equals; of the product where the content has none."""
    for text in (content.casefold(), deliverable.casefold()):
        found = [(word.rank, hit.start(), -len(word.word_vi), word) for word in channel_words() if (hit := _whole(word).search(text))]
        if found:
            return min(found, key=lambda one: one[:3])[3]
    return None


def _whole(word: ChannelWord) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word.word_vi.casefold())}(?!\w)")


def proposed_title(content: str) -> str:
    """The first clause of an item as written, at most 90 characters, cut at a word."""
    end = _TITLE_END.search(content)
    head = content[: end.start()] if end and end.start() > 0 else content
    return shortened(head, LONGEST_TITLE - 1)
