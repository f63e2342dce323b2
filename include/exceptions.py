"""What the pipeline itself refuses to do. Asking again would not help, so none of these is retried."""


class PipelineError(Exception):
    """The root of the pipeline's own errors."""


class WarehouseUnusable(PipelineError):
    """The warehouse cannot be used until somebody changes what the message names."""


class WarehouseUnavailable(Exception):
    """The warehouse cannot be used for now; unlike the others here it is retried."""


class BadParameter(PipelineError, ValueError):
    """A parameter of the run, or the watchlist, cannot be used as it is."""


class GateError(PipelineError):
    """The checkpoint could not be run to its end, so nothing may load."""


class OriginMismatch(PipelineError):
    """Data of one origin on its way into a warehouse of another."""


class RunNotStarted(PipelineError, LookupError):
    """The run's first task failed, so there is nothing to go on with."""


class RunIncomplete(PipelineError):
    """A planned symbol is neither loaded nor deferred."""


class UnknownExchange(PipelineError, ValueError):
    """A symbol whose suffix names no exchange that is known here."""


class MailNotSent(PipelineError):
    """The mail server did not take a mail. It fails no run."""


class BadDecision(PipelineError, ValueError):
    """A decision on quarantined rows that cannot be taken as it was asked for."""
