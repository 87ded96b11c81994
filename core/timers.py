"""What can be set to happen at a time; see ``storage.repos.timers``."""

REMIND = "remind"
"""The customer has been silent: they are reminded, the conversation is marked (QUE-30)."""
END = "end"
"""The customer has been silent for very long: the conversation ends (QUE-29)."""
UNREAD = "unread"
"""The customer's message has not been answered: its agent is told (QUE-31)."""
RESPONSE = "response"
"""An agent has missed a response target: the group's leads are told. ``data.first`` says whether
it was the first response."""
SNOOZE = "snooze"
"""A conversation that its agent has put off comes back."""
OFFER = "offer"
"""A card was let pass; about a conversation and an agent."""
REASSIGN = "reassign"
"""Who was given a conversation has not answered: it goes back to the line."""
RETURN = "return"
"""An agent has been offline for long: their conversations go back to the line; about an agent."""
SHIFT = "shift"
"""An agent's shift ends; about an agent."""
SILENT = "silent"
"""An agent has given no sign while customers wait; about an agent."""
PLACE = "place"
"""Who waits may be told that the estimate has changed. ``data.told`` is what they were told last,
in seconds; ``None``: nothing yet."""
KINDS = (REMIND, END, UNREAD, RESPONSE, SNOOZE, OFFER, REASSIGN, RETURN, SHIFT, SILENT, PLACE)
OF_SERVING = (REMIND, END, UNREAD, RESPONSE, SNOOZE, REASSIGN)
"""Kinds that end when nobody serves the conversation any more."""
OF_WAITING = (OFFER, PLACE)
"""Kinds that end when the conversation leaves the line."""
