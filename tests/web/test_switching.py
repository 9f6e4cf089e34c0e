"""A real server with two workers, read while a list is released anew."""

import socket

from benchmarks.switching import switched


def test_readers_see_no_mixture_and_nothing_backward_while_releases_follow(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    reads = switched(tmp_path, 8, port)

    assert reads.newest >= 7
    assert (reads.mixed, reads.backward) == (0, 0)
