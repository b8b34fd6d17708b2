import pytest

from bridge.stage.budget import CALM, IDLE_FLOOR, PATIENCE, SMALL, SPEECH_FLOOR, Budget, Claim, allot


def claims() -> list[Claim]:
    """30 idle faces, one of them less important, and two speakers, one of them less important."""
    idle = [Claim(False, 1.0, 15.0, 512, 0.004) for _ in range(29)]
    return [
        *idle,
        Claim(False, 0.2, 15.0, 512, 0.004),
        Claim(True, 0.5, 40.0, 512, 0.004),
        Claim(True, 1.0, 40.0, 512, 0.004),
    ]


def total(all_claims: list[Claim]) -> float:
    return sum(claim.load for claim in all_claims)


def test_all_get_everything_where_there_is_room() -> None:
    faces = claims()
    allot(faces, 10.0)
    assert all(claim.share == 1.0 and claim.size_now == claim.size for claim in faces)


def test_idle_faces_lose_frames_first_and_the_least_important_ones_before_all() -> None:
    faces = claims()
    allot(faces, total(faces) - 0.03)
    assert faces[29].share < 1.0
    assert all(claim.share == 1.0 for claim in [*faces[:29], *faces[30:]])
    faces = claims()
    allot(faces, 1.2)
    assert total(faces) == pytest.approx(1.2)
    assert faces[29].share * 15 == pytest.approx(IDLE_FLOOR)
    assert {claim.size_now for claim in faces} == {512}
    assert all(claim.share == 1.0 for claim in faces[30:])


def test_then_size_then_the_speakers_that_matter_least() -> None:
    faces = claims()
    allot(faces, 0.55)
    assert {claim.size_now for claim in faces[:30]} == {SMALL}
    assert all(claim.share == 1.0 for claim in faces[30:])
    faces = claims()
    allot(faces, 0.40)
    assert faces[30].share < 1.0
    assert faces[31].share == 1.0
    assert faces[31].size_now == 512


def test_nobody_stops() -> None:
    faces = claims()
    allot(faces, 0.0)
    assert all(claim.share * claim.fps >= (SPEECH_FLOOR if claim.speaking else IDLE_FLOOR) - 1e-9 for claim in faces)


def test_a_moment_changes_nothing() -> None:
    budget = Budget(1)
    for _ in range(PATIENCE - 1):
        assert not budget.review(claims())
    assert budget.review(claims())
    few = [Claim(True, 1.0, 40.0, 512, 0.004)]
    for _ in range(CALM - 1):
        assert budget.review(few)
    assert few[0].share == 1.0
    assert not budget.review(few)
