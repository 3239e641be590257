from voicetap.signals.live.room import Room


def test_there_is_room_for_so_many() -> None:
    room = Room(2, lambda: None)
    assert [room.take() for _ in range(3)] == [True, True, False]
    assert room.is_scarce
    room.give_back(2)
    assert not room.is_scarce
    assert (room.take(), room.taken) == (True, 2)


def test_somebody_who_can_do_with_less_makes_room() -> None:
    room = Room(2, lambda: room.give_back(2))
    assert [room.take() for _ in range(5)] == [True, True, True, True, True]
