from voicetap.signals.live.room import LEAST, Room


def test_there_is_room_for_so_many() -> None:
    room = Room(2, lambda: None, lambda: 1.0)
    assert [room.take() for _ in range(3)] == [True, True, False]
    assert room.is_scarce
    room.give_back(2)
    assert not room.is_scarce
    assert (room.take(), room.taken) == (True, 2)


def test_somebody_who_can_do_with_less_makes_room() -> None:
    room = Room(2, lambda: room.give_back(2), lambda: 1.0)
    assert [room.take() for _ in range(5)] == [True, True, True, True, True]


def test_the_more_sessions_there_are_the_less_is_the_share_of_each() -> None:
    shares = [Room(2, lambda: None, lambda times=times: times).share(6000) for times in (0.5, 1.0, 2.0, 10.0, 1000.0)]
    assert shares == [6000, 6000, 3000, 600, 6000 // LEAST]
