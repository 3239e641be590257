from voicetap.simulator.renaming import Renaming


def test_ids_that_the_client_chose() -> None:
    renaming = Renaming()
    renaming.learn(
        {"type": "conversation.item.create", "event_id": "old_event", "item": {"id": "old"}},
        {"type": "conversation.item.create", "event_id": "new_event", "item": {"id": "new"}},
    )
    added = {"type": "conversation.item.added", "previous_item_id": "old", "item": {"id": "old", "name": "old"}}
    assert renaming.renamed(added) == {
        "type": "conversation.item.added",
        "previous_item_id": "new",
        "item": {"id": "new", "name": "old"},
    }
    error = {"error": {"event_id": "old_event", "message": "Error: item 'old' is there."}}
    assert renaming.renamed(error) == {"error": {"event_id": "new_event", "message": "Error: item 'new' is there."}}


def test_an_event_id_that_the_client_now_leaves_out() -> None:
    renaming = Renaming()
    renaming.learn({"type": "response.cancel", "event_id": "cancel_1"}, {"type": "response.cancel"})
    assert renaming.renamed({"error": {"event_id": "cancel_1"}}) == {"error": {"event_id": None}}


def test_ids_of_the_server_stay_its_own() -> None:
    renaming = Renaming()
    renaming.renamed({"type": "response.output_item.added", "item": {"id": "answer"}})
    renaming.learn({"item_id": "answer"}, {"item_id": "another"})
    assert renaming.renamed({"item_id": "answer"}) == {"item_id": "answer"}


def test_metadata_come_back_as_the_client_sent_them() -> None:
    recorded, now = {"elided_chars": 12, "elided_as": "x"}, {"topic": "check"}
    renaming = Renaming()
    renaming.learn({"response": {"metadata": recorded}}, {"response": {"metadata": now}})
    assert renaming.renamed({"response": {"metadata": recorded}}) == {"response": {"metadata": now}}
    assert renaming.renamed({"response": {"metadata": None}}) == {"response": {"metadata": None}}


def test_an_id_that_the_server_had_chosen_and_the_client_now_does() -> None:
    renaming = Renaming()
    renaming.choose("item_1", "mine")
    assert renaming.renamed({"items": [{"id": "item_1"}]}) == {"items": [{"id": "mine"}]}
