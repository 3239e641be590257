"""JSON as it was encoded, and errors that quote nothing."""

import json

from voicetap.web.page.answers import document, error


def test_a_document_is_sent_as_it_is() -> None:
    answer = document(b'{"a":1}')
    assert (answer.status, answer.content_type, answer.body) == (200, "application/json", b'{"a":1}')


def test_an_error_says_why() -> None:
    answer = error(404, 'there is no "such" session')
    assert isinstance(answer.body, bytes)
    assert (answer.status, answer.content_type) == (404, "application/json")
    assert json.loads(answer.body) == {"error": 'there is no "such" session'}
    assert "Allow" not in answer.headers


def test_of_a_method_that_is_not_allowed_it_says_which_are() -> None:
    assert error(405, "no").headers["Allow"] == "GET, HEAD"
