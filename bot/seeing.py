"""What one of our people sees of whoever is on the other side of a conversation."""

from dataclasses import replace

from bot.dialog.spoken import seen
from bot.telling import Party, Voice
from storage.repos.staffing import StaffMember


def masked(party: Party, viewer: StaffMember, voice: Voice) -> Party:
    """Return *party* with what is hidden in messages hidden in what the customer is called too.

    On some platforms that is a phone number.

    Args:
        party: The conversation and who is on the other side.
        viewer: Who looks.
        voice: Whose mask it is, and the words for what cannot be shown.
    """
    say, person = voice.texts_for(viewer.language), party.person
    username = seen(person.username, voice.mask, say) if person.username else person.username
    named = replace(
        person,
        name=seen(person.name, voice.mask, say),
        username=username,
        external_id=seen(person.external_id, voice.mask, say),
    )
    return replace(party, person=named)
