import sys

import pytest

from bridge.errors import NotFoundError
from bridge.transports.sync.base import SyncWish
from bridge.transports.sync.link import join_link


def test_without_the_extra_one_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "link", None)
    with pytest.raises(NotFoundError, match=r"pip install 'segue\[link\]'"):
        join_link(SyncWish())
