"""Owners say what an account is called, whose it is, and who serves it."""

import struct
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.handlers import teach_account, undo
from bot.handlers.teach_account import Form, Listed
from core.errors import BadRequestText, NotAllowed, NotFound
from core.policy import Policy
from core.states import Role
from storage.engine import Database
from storage.repos.accounts import DEPARTMENT, STAFF, Receiver
from storage.repos.departments import Branch
from storage.repos.staffing import StaffMember
from tests.handlers.floor import Floor

PLAIN = Form("", "", None, None, frozenset())


def png(width: int = 128, height: int = 128, size: int = 0) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
    data = head + struct.pack(">II", width, height) + b"\x08\x06\x00\x00\x00"
    return data.ljust(size, b"\0")


def jpeg(width: int = 128, height: int = 128, start: int = 0xC0) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0".ljust(14, b"\0")
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8" + app + b"\xff\xff" + bytes([start]) + frame + b"\xff\xd9"


@pytest.fixture
async def owner(floor: Floor) -> StaffMember:
    return await floor.agent("Olga", role=Role.OWNER)


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


async def save(floor: Floor, actor: StaffMember, form: Form) -> None:
    await floor.do(teach_account.save, actor, 1, form, floor.now)


async def stored(floor: Floor, owner: StaffMember) -> Listed:
    async with floor.unit() as uow:
        return await teach_account.account(uow, owner, 1, Policy())


@pytest.mark.requirement("CHN-06")
async def test_an_accounts_name_has_at_most_16_characters(floor: Floor, owner: StaffMember) -> None:
    for sign in ("a", "客"):
        await save(floor, owner, replace(PLAIN, title=sign * 16))
        with pytest.raises(BadRequestText) as refused:
            await save(floor, owner, replace(PLAIN, title=sign * 17))
        assert refused.value.facts == {"count": 17, "limit": 16}
        assert (await stored(floor, owner)).account.title == sign * 16


@pytest.mark.requirement("CHN-07")
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(png(), "png", id="png"),
        pytest.param(png(size=2 * 1024 * 1024), "png", id="png of 2 MB"),
        pytest.param(png(size=2 * 1024 * 1024 + 1), None, id="a byte more"),
        pytest.param(jpeg(), "jpeg", id="jpeg"),
        pytest.param(jpeg(start=0xC2), "jpeg", id="progressive jpeg"),
        pytest.param(png(128, 127), None, id="too low"),
        pytest.param(png(129, 128), None, id="too wide"),
        pytest.param(jpeg(256, 256), None, id="large jpeg"),
        pytest.param(b"GIF89a\x80\x00\x80\x00", None, id="gif"),
        pytest.param(b"BM" + b"\0" * 60, None, id="bmp"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"\xff\xd8", None, id="a jpeg that ends at once"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x00" + b"\0" * 20, None, id="a jpeg without sense"),
        pytest.param(png()[:20], None, id="a png that ends at once"),
    ],
)
def test_a_picture_is_128_by_128_of_at_most_2_mb_by_its_own_bytes(
    data: bytes, kind: str | None
) -> None:
    if kind is None:
        with pytest.raises(BadRequestText):
            teach_account.check_avatar(data)
    else:
        assert teach_account.check_avatar(data).kind == kind


async def test_a_picture_is_kept_and_taken_away(floor: Floor, owner: StaffMember) -> None:
    picture = teach_account.check_avatar(jpeg())
    await save(floor, owner, replace(PLAIN, avatar=picture))
    assert (await stored(floor, owner)).avatar
    await save(floor, owner, replace(PLAIN, title="Shop"))
    assert (await stored(floor, owner)).avatar
    await save(floor, owner, replace(PLAIN, drop_avatar=True))
    assert not (await stored(floor, owner)).avatar


@pytest.mark.requirement("QUE-26")
async def test_at_most_200_people_serve_an_account_those_of_departments_counted_once(
    floor: Floor, owner: StaffMember
) -> None:
    async with floor.unit() as uow:
        team = await uow.departments.add(Branch(0, None, "Team"), floor.now)
        ids = [
            await uow.staffing.add("telegram", f"t{n}", f"T{n}", Role.AGENT, 5, floor.now)
            for n in range(200)
        ]
        for id_ in ids[:150]:
            await uow.staffing.change(id_, department_id=team)
        for id_ in ids:
            await uow.staffing.join(id_, [floor.sales])
        await uow.commit()
    whole = frozenset({Receiver(DEPARTMENT, team), *(Receiver(STAFF, i) for i in ids[100:])})

    await save(floor, owner, replace(PLAIN, receivers=whole))
    async with floor.unit() as uow:
        assert (await uow.allocations.accounts())["shop"].receivers == {floor.sales: frozenset(ids)}
    with pytest.raises(BadRequestText) as refused:
        await save(floor, owner, replace(PLAIN, receivers=whole | {Receiver(STAFF, owner.id)}))

    assert refused.value.facts == {"count": 201, "limit": 200}
    assert frozenset((await stored(floor, owner)).receivers) == whole


async def test_everything_is_saved_together_recorded_and_taken_back(
    floor: Floor, owner: StaffMember
) -> None:
    bo = await floor.agent("Bo")
    form = Form("Flagship", "North", bo.id, floor.repairs, frozenset({Receiver(STAFF, bo.id)}))
    await save(floor, owner, form)
    one = await stored(floor, owner)
    assert teach_account.form_of(one) == form
    async with floor.unit() as uow:
        assert await teach_account.institutions(uow, owner) == ["North"]
        (change,) = await uow.audit.newest(1, subject="account")
    assert change.after == {
        "title": "Flagship",
        "institution": "North",
        "keeper": bo.id,
        "group": floor.repairs,
        "receivers": [["staff", bo.id]],
    }
    first, last = await floor.do(undo.latest, owner, floor.now)
    await floor.do(undo.undo, owner, first, last, floor.now)

    assert teach_account.form_of(await stored(floor, owner)) == PLAIN


@pytest.mark.requirement("CHN-09")
async def test_accounts_are_found_by_keyword_and_by_institution(
    floor: Floor, owner: StaffMember
) -> None:
    await save(floor, owner, replace(PLAIN, title="Flagship", institution="North"))

    async def found(**wanted: str) -> list[str]:
        async with floor.unit() as uow:
            listed = await teach_account.accounts(uow, owner, Policy(), **wanted)
        return [one.account.name for one in listed]

    assert await found() == ["shop", "site"]
    assert await found(words="FLAG") == ["shop"]
    assert await found(words="it") == ["site"]
    assert await found(institution="North") == ["shop"]
    assert await found(words="site", institution="North") == []


async def test_nonsense_and_strangers_are_refused(floor: Floor, owner: StaffMember) -> None:
    admin = await floor.agent("Ada", role=Role.ADMIN)
    with pytest.raises(NotAllowed):
        await save(floor, admin, PLAIN)
    for form in (
        replace(PLAIN, keeper_id=999),
        replace(PLAIN, group_id=999),
    ):
        with pytest.raises(NotFound):
            await save(floor, owner, form)
    with pytest.raises(NotFound):
        await floor.do(teach_account.save, owner, 99, PLAIN, floor.now)
    with pytest.raises(BadRequestText):
        await save(floor, owner, replace(PLAIN, institution="x" * 65))


async def test_an_account_whose_chosen_people_are_in_no_group_is_served_by_the_whole_group(
    floor: Floor, owner: StaffMember
) -> None:
    """Nobody waits for ever because those who were chosen have left."""
    ann, bo = await floor.agent("Ann"), await floor.agent("Bo")
    chosen = frozenset({Receiver(STAFF, bo.id)})
    await save(floor, owner, replace(PLAIN, receivers=chosen))
    async with floor.unit() as uow:
        (shop, *_) = await teach_account.accounts(uow, owner, Policy())
        assert not shop.none_there
        assert (await uow.allocations.accounts())["shop"].served_by(ann.id, floor.sales) is False
        await uow.staffing.change(bo.id, active=False)
        (shop, *_) = await teach_account.accounts(uow, owner, Policy())
        assert shop.none_there
        assert (await uow.allocations.accounts())["shop"].served_by(ann.id, floor.sales)
