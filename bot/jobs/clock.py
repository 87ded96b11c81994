"""The schedule, the clock that puts jobs on the queue, and the worker that does them."""

import asyncio
import threading
from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.timeouts import TimerDeathPenalty

log = structlog.get_logger(__name__)

QUEUE = "frontdesk"
SCHEDULE = {
    "bot.jobs.upkeep.settle_lines": 15.0,
    "bot.jobs.upkeep.wake_timers": 15.0,
    "bot.jobs.upkeep.forget": 3600.0,
    "bot.jobs.learning.count_uses": 60.0,
    "bot.jobs.learning.find_suggestions": 6 * 3600.0,
}
"""What is done over and over, and how many seconds apart."""
JOB_TIMEOUT_SECONDS = 300
FAILED_TTL_SECONDS = 7 * 24 * 3600
LOOK_EVERY_SECONDS = 0.5


class JobClock:
    """Puts due jobs on the queue; several clocks together put each only once.

    Args:
        connect: Opens a connection to Redis.
    """

    def __init__(self, connect: Callable[[], "Redis"]) -> None:
        self._connect = connect
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to tick."""
        self._task = asyncio.create_task(self._run(), name="clock")

    async def stop(self) -> None:
        """Stop ticking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        redis = self._connect()
        try:
            while True:
                try:
                    await asyncio.to_thread(enqueue_due, redis)
                except (RedisError, OSError) as error:
                    log.warning("clock.no_redis", error=type(error).__name__)
                await asyncio.sleep(1.0)
        finally:
            redis.close()


def enqueue_due(redis: "Redis") -> list[str]:
    """Put every job on the queue whose time has come, and return their names.

    A key that expires marks each job as put, so whichever clock comes first puts it. Jobs carry no
    unique ids: RQ would refuse the next run after one that failed.
    """
    queue = Queue(QUEUE, connection=redis)
    put = []
    for name, seconds in SCHEDULE.items():
        if redis.set(f"frontdesk:clock:{name}", 1, nx=True, px=int(seconds * 1000)):
            queue.enqueue(
                name,
                job_timeout=JOB_TIMEOUT_SECONDS,
                result_ttl=0,
                failure_ttl=FAILED_TTL_SECONDS,
            )
            put.append(name)
    return put


class _ThreadWorker(SimpleWorker):
    """A worker that may live in a thread: signals and alarms belong to the main one."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        return


class JobThread:
    """Does the jobs of the queue inside this process, for a desk that is one process.

    Args:
        connect: Opens a connection to Redis.
    """

    def __init__(self, connect: Callable[[], "Redis"]) -> None:
        self._connect = connect
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    async def start(self) -> None:
        """Begin to work."""
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Finish the job at hand, then end."""
        self._closing.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 3.0)

    def _run(self) -> None:
        redis = self._connect()
        queue = Queue(QUEUE, connection=redis)
        while not self._closing.wait(LOOK_EVERY_SECONDS):
            try:
                if queue.count:
                    worker = _ThreadWorker([queue], connection=redis, log_job_description=False)
                    worker.work(burst=True, logging_level="WARNING")
            except (RedisError, OSError) as error:
                log.warning("jobs.no_redis", error=type(error).__name__)
        redis.close()


def work_forever(redis: "Redis") -> None:
    """Do jobs until SIGTERM; the ``worker`` process."""
    SimpleWorker([Queue(QUEUE, connection=redis)], connection=redis).work(logging_level="WARNING")
