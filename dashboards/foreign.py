"""What Prometheus says of its scrapes, and its client library of the process: what the catalogue does not have."""

from voicetap.signals.metric import Kind, Metric


class Foreign(Metric, frozen=True):
    """A metric under a name that is not voicetap's to choose."""

    @property
    def full_name(self) -> str:
        """In Prometheus, where it has no prefix."""
        return self.name


UP = Foreign("up", Kind.GAUGE, "1 where the last scrape came to something, else 0")
SCRAPE_SECONDS = Foreign("scrape_duration_seconds", Kind.GAUGE, "How long the last scrape took", unit="s")

PROCESS_START = Foreign("process_start_time_seconds", Kind.GAUGE, "When the process began, since 1970", unit="s")
PROCESS_CPU = Foreign("process_cpu_seconds_total", Kind.COUNTER, "Processor time used", unit="s")
RESIDENT_MEMORY = Foreign("process_resident_memory_bytes", Kind.GAUGE, "Memory in use", unit="By")
OPEN_FILES = Foreign("process_open_fds", Kind.GAUGE, "Open file descriptors")
MOST_FILES = Foreign("process_max_fds", Kind.GAUGE, "How many the process may have open")
GC_COLLECTIONS = Foreign(
    "python_gc_collections_total", Kind.COUNTER, "Runs of Python's garbage collector", ("generation",)
)
