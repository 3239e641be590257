"""The page port: the live page, and the API that it asks.

server     routes, start and stop
guard      who may ask, and what protects the page in the browser
delivery   answers reach whoever reads
files      the page itself, from the package
api        questions that are answered at once
event_log  the event log, page by page
stream     server-sent events
updates    what has changed, as events
ticks      the pace of all streams
position   where in the changes a reader is
models     what the API says, in pydantic
encoder    models as JSON, in slices
openapi    the API described for programs
answers    JSON, and errors
"""

from .server import Page

__all__ = ["Page"]
