"""Readers on two workers while releases appear: no mixture, nothing goes backwards."""

from benchmarks.switching import READERS, switched

RELEASES = 12


def test_readers_see_one_release_at_a_time_and_never_an_older_one(tmp_path):
    seen = switched(tmp_path / "data", RELEASES)

    assert [each.failed for each in seen] == [[]] * READERS
    assert [each.mixed for each in seen] == [[]] * READERS
    assert [each.backward for each in seen] == [[]] * READERS
    assert [each.newest for each in seen] == [RELEASES] * READERS
    assert len(set().union(*(each.releases for each in seen))) > RELEASES / 2
    assert min(each.reads for each in seen) > RELEASES
