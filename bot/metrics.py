"""What Prometheus may read. Source of the names: the contract."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter(
            "frontdesk_messages",
            "Messages by account and direction (in, out).",
            ("account", "direction"),
            registry=self.registry,
        )
        self.batch = Histogram(
            "frontdesk_intake_batch_size",
            "Messages in one intake transaction.",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
            registry=self.registry,
        )
        self.ack = Histogram(
            "frontdesk_ack_seconds",
            "From a webhook's arrival to its 200.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.reply = Histogram(
            "frontdesk_reply_seconds",
            "From an outbox row's commit to the platform's receipt.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.waiting = Gauge(
            "frontdesk_waiting",
            "Conversations in each group's waiting line.",
            ("group",),
            registry=self.registry,
        )
        self.outbox_due = Gauge(
            "frontdesk_outbox_due", "Outbox rows that are owed now.", registry=self.registry
        )
        self.outbox_dead = Gauge(
            "frontdesk_outbox_dead",
            "Outbox rows that will never arrive.",
            registry=self.registry,
        )
