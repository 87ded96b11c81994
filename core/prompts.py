"""What the desk says of its own accord before anybody has taught it other words."""

from core.i18n.texts import Texts
from core.messages import Button
from core.playbook import Prompt

WELCOME = "welcome"
"""The prompt that greets a customer on first contact. Source: requirement PRM-02."""


def default_welcome(say: Texts) -> Prompt:
    """Return the welcome of a desk that has stored none: switched on, with a way to a person."""
    return Prompt(
        kind=WELCOME,
        account=None,
        enabled=True,
        body=say("prompt.welcome.body"),
        menu=(Button(say("customer.button.human"), "c:human"),),
    )
