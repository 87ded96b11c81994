"""Where somebody is among the quick replies fits into a button and comes back out of it."""

from hypothesis import given
from hypothesis import strategies as st

from admin_bot.desk.quick_place import MOST_BYTES, Spot, numbered, owner_code, read_owner
from core.playbook import Scope
from core.tree import LOOSE, ROOT
from storage.repos.library import EVERYBODY, Owner

numbers = st.integers(1, 10**12)
owners: st.SearchStrategy[Owner | None] = st.one_of(
    st.none(),
    st.just(EVERYBODY),
    st.tuples(st.sampled_from([Scope.PERSONAL, Scope.DEPARTMENT, Scope.GROUP]), numbers),
)


@given(owners)
def test_whose_part_it_is_comes_back(owner: Owner | None) -> None:
    assert read_owner(owner_code(owner)) == owner


@given(
    owners,
    st.one_of(st.just(ROOT), st.just(LOOSE), st.integers(1, 10**6)),
    st.integers(1, 999),
    st.text(max_size=200),
    st.booleans(),
    st.integers(1, 10**6),
)
def test_a_spot_comes_back_from_a_button_and_its_words_are_at_most_cut(
    owner: Owner | None, group: int, page: int, words: str, arranging: bool, number: int
) -> None:
    if owner is not None and owner[1] is not None:
        owner = (owner[0], owner[1] % 10**6)
    spot = Spot(owner, group, page, " ".join(words.split()), arranging)

    data = spot.data("quick_card", number)

    assert len(data.encode()) <= MOST_BYTES
    found, back = numbered(data.partition(":")[2])
    assert found == number
    assert (back.owner, back.group, back.page) == (owner, group, page)
    assert back.arranging is arranging
    assert spot.words.startswith(back.words)


@given(st.text(max_size=64))
def test_nonsense_gives_some_page_and_no_error(data: str) -> None:
    _, spot = numbered(data)
    assert spot.page >= 1
