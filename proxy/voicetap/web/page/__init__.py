"""The page port: the live page, and the API that it asks.

server     routes, start and stop
connection what is no HTTP
guard      who may ask, and what protects the page in the browser
delivery   answers reach whoever reads
files      the page itself, from the package
api        questions that are answered at once
questions  what may be asked of the event log
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
