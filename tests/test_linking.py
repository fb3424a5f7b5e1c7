"""Links and copies where agents load skills: what is made, mended, left alone and taken away."""

import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from acontext_cli.api import Workspace
from acontext_cli.api.links import Links
from acontext_cli.errors import AcontextError
from acontext_cli.files.inside import Folder
from acontext_cli.linking import CLIENTS, Level, Linker, Place, Step, Wish, clients, cut_off, places
from acontext_cli.linking.made import read
from acontext_cli.packing import copied

AGENTS, CLAUDE = ".agents/skills", ".claude/skills"


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    """A project with two skills besides those that every space has."""
    root = tmp_path / "project"
    root.mkdir()
    workspace, _ = Workspace.init(root)
    for name in ("gateways", "team-rules"):
        workspace.space().skills.new(name)
    return workspace


def links(here: Workspace, *to: str, user: bool = False, space: str = "") -> Links:
    return Links.of(here, to=to, user=user, space=space)


def did(steps: Sequence[Step]) -> list[tuple[str, str, str]]:
    return [(step.place.path, step.name, step.do) for step in steps]


def said(steps: Sequence[Step]) -> str:
    return "\n".join(step.why for step in steps if step.do == "leave")


def states(here: Workspace) -> dict[tuple[str, str], str]:
    return {(step.place.path, step.name): step.state for step in links(here).standing()}


def tree(folder: Path) -> dict[str, str]:
    """Everything below a folder: what a link says, what a file holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = f"-> {path.readlink()}" if path.is_symlink() else path.read_text() if path.is_file() else "/"
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_skills_appear_where_clients_load_them(here: Workspace) -> None:
    assert did(links(here).link()) == [
        (AGENTS, "gateways", "link"),
        (AGENTS, "team-rules", "link"),
        (CLAUDE, "gateways", "link"),
        (CLAUDE, "team-rules", "link"),
    ]
    for place in (AGENTS, CLAUDE):
        assert (here.root / place / "gateways").readlink() == Path("../../skills_store/default/gateways")
        assert (here.root / place / "gateways/SKILL.md").is_file()


def test_what_every_space_has_is_linked_when_it_is_named(here: Workspace) -> None:
    links(here, "agents").link()
    assert not (here.root / AGENTS / "daily-logs").exists()
    links(here, "agents").link(["daily-logs"])
    assert (here.root / AGENTS / "daily-logs/SKILL.md").is_file()
    assert [do for _, _, do in did(links(here, "agents").link())] == ["keep"] * 3


def test_unlink_leaves_the_project_as_it_was(here: Workspace) -> None:
    (here.root / ".claude").mkdir()
    (here.root / ".claude/settings.json").write_text("{}")
    before = tree(here.root)
    links(here).link()
    links(here).link(copy=True)
    links(here).unlink()
    after = tree(here.root)
    assert {name for name in after.keys() ^ before.keys() if "links" not in name} == set()
    assert read(here.folder.machine / "links.jsonl", absolute=False) == []


def test_one_skill_is_unlinked_and_the_others_stay(here: Workspace) -> None:
    links(here).link()
    assert did(links(here, "claude-code").unlink(["gateways"])) == [(CLAUDE, "gateways", "remove")]
    assert names(here.root / CLAUDE) == ["team-rules"]
    assert names(here.root / AGENTS) == ["gateways", "team-rules"]


def test_a_name_that_is_not_linked_is_refused(here: Workspace) -> None:
    with pytest.raises(AcontextError, match="'gateways' is not linked"):
        links(here).unlink(["gateways"])
    with pytest.raises(AcontextError, match="there is no skill 'nope'"):
        links(here).link(["nope"])
    with pytest.raises(AcontextError, match="there is no client 'emacs': use one of agents, claude-code"):
        links(here, "emacs")


def test_a_project_that_is_moved_keeps_its_links(here: Workspace, tmp_path: Path) -> None:
    links(here).link()
    here.root.rename(tmp_path / "moved")
    moved = Workspace.find(tmp_path / "moved")
    assert set(states(moved).values()) == {"ok"}
    assert {do for _, _, do in did(links(moved).link())} == {"keep"}
    assert {do for _, _, do in did(links(moved).unlink())} == {"remove"}


@pytest.mark.parametrize("kind", ["folder", "file", "link", "dangling"])
def test_what_is_not_ours_is_left_and_everything_else_linked(here: Workspace, kind: str, tmp_path: Path) -> None:
    place = here.root / CLAUDE / "gateways"
    place.parent.mkdir(parents=True)
    if kind == "folder":
        place.mkdir()
        (place / "SKILL.md").write_text("mine")
    elif kind == "file":
        place.write_text("mine")
    else:
        place.symlink_to(tmp_path if kind == "link" else "nowhere")
    before = tree(place.parent)
    steps = links(here).link()
    assert [step.do for step in steps if step.name == "gateways"] == ["link", "leave"]
    assert "was not made by acontext link" in said(steps)
    assert {name: text for name, text in tree(place.parent).items() if name.startswith("gateways")} == before
    assert (here.root / CLAUDE / "team-rules/SKILL.md").is_file()
    links(here).unlink()
    assert tree(place.parent) == before


def test_a_link_of_a_persons_own_to_the_same_skill_is_fine_and_stays(here: Workspace) -> None:
    place = here.root / AGENTS
    place.mkdir(parents=True)
    (place / "gateways").symlink_to("../../skills_store/default/gateways")
    assert did(links(here, "agents").link(["gateways"])) == [(AGENTS, "gateways", "keep")]
    links(here, "agents").link(["team-rules"])
    links(here).unlink()
    assert names(place) == ["gateways"]


def test_a_link_that_leads_elsewhere_now_is_left_and_said(here: Workspace, tmp_path: Path) -> None:
    links(here, "agents").link()
    place = here.root / AGENTS / "gateways"
    place.unlink()
    place.symlink_to(tmp_path)
    assert states(here)[AGENTS, "gateways"] == "not ours"
    assert "was not made by acontext link" in said(links(here, "agents").link())
    assert "was not made by acontext link" in said(links(here).unlink())
    assert place.readlink() == tmp_path


def test_a_missing_link_comes_back(here: Workspace) -> None:
    links(here).link()
    (here.root / CLAUDE / "gateways").unlink()
    shutil.rmtree(here.root / AGENTS)
    assert states(here)[CLAUDE, "gateways"] == states(here)[AGENTS, "team-rules"] == "missing"
    links(here).link()
    assert set(states(here).values()) == {"ok"}


def test_links_of_skills_that_are_gone_are_taken_away(here: Workspace) -> None:
    links(here).link()
    here.space().skills.delete("gateways")
    assert states(here)[CLAUDE, "gateways"] == "changed"
    assert (CLAUDE, "gateways", "remove") in did(links(here).link())
    assert names(here.root / CLAUDE) == ["team-rules"]


def test_a_link_that_git_checked_out_as_text_is_made_anew(here: Workspace) -> None:
    place = here.root / AGENTS
    place.mkdir(parents=True)
    (place / "gateways").write_text("../../skills_store/default/gateways\n")
    (place / "team-rules").write_text("../../skills_store/default/other\n")
    steps = links(here, "agents").link()
    assert did(steps) == [(AGENTS, "gateways", "link"), (AGENTS, "team-rules", "leave")]
    assert (place / "gateways/SKILL.md").is_file()


def test_a_copy_follows_its_skill(here: Workspace) -> None:
    links(here, "agents").link(copy=True)
    file = here.root / "skills_store/default/gateways/SKILL.md"
    file.write_text(file.read_text() + "more\n")
    assert states(here) == {(AGENTS, "gateways"): "changed", (AGENTS, "team-rules"): "ok"}
    assert did(links(here, "agents").link()) == [(AGENTS, "gateways", "copy"), (AGENTS, "team-rules", "keep")]
    assert (here.root / AGENTS / "gateways/SKILL.md").read_text().endswith("more\n")
    assert not (here.root / AGENTS / "gateways").is_symlink()


@pytest.mark.parametrize("edit", ["text", "file", "folder", "link"])
def test_a_copy_that_was_edited_is_never_overwritten_or_taken_away(here: Workspace, edit: str) -> None:
    links(here, "agents").link(copy=True)
    place = here.root / AGENTS / "gateways"
    if edit == "text":
        (place / "SKILL.md").write_text("mine")
    elif edit == "file":
        (place / "own.md").write_text("mine")
    elif edit == "folder":
        (place / "own").mkdir()
    else:
        (place / "own").symlink_to("/")
    before = tree(place)
    assert "diff -r" in said(links(here, "agents").link())
    assert states(here)[AGENTS, "gateways"] == "changed"
    assert "was edited" in said(links(here).unlink())
    assert tree(place) == before


def test_where_links_do_not_work_copies_are_made(here: Workspace) -> None:
    def refuse(folder: Folder, name: str, target: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    linker = Linker(
        level=Level(here.root, here.folder.machine, {}),
        space=here.space().store.folder,
        contents=copied,
        symlink=refuse,
    )
    wish = Wish(places=places(clients(["agents"]), linker.level))
    assert did(linker.link(wish, ["gateways"])) == [(AGENTS, "gateways", "copy")]
    assert did(linker.link(wish, ["gateways"])) == [(AGENTS, "gateways", "keep")]
    assert (here.root / AGENTS / "gateways/SKILL.md").is_file()
    assert did(linker.unlink(wish, here.folder.skills_store)) == [(AGENTS, "gateways", "remove")]
    assert not (here.root / ".agents").exists()


def test_a_dry_run_writes_nothing(here: Workspace) -> None:
    before = tree(here.root)
    assert {do for _, _, do in did(links(here).link(dry_run=True))} == {"link"}
    assert tree(here.root) == before


def test_two_spaces_do_not_take_a_place_from_one_another(here: Workspace) -> None:
    here.new_space("team").skills.new("gateways")
    links(here, "agents").link(["gateways"])
    assert "is linked to '../../skills_store/default/gateways' already" in said(
        links(here, "agents", space="team").link(["gateways"])
    )
    assert links(here, space="team").unlink() == []
    assert did(links(here, space="default").unlink()) == [(AGENTS, "gateways", "remove")]


@pytest.mark.parametrize("level", [".claude", ".claude/skills"])
def test_a_place_that_leads_out_is_refused_and_the_others_are_linked(
    here: Workspace, tmp_path: Path, level: str
) -> None:
    outside = tmp_path / "outside"
    (outside / "skills").mkdir(parents=True)
    (here.root / level).parent.mkdir(exist_ok=True)
    (here.root / level).symlink_to(outside)
    steps = links(here).link()
    assert "leads out of" in said(steps)
    assert [step.do for step in steps if step.place.path == AGENTS] == ["link", "link"]
    assert tree(outside) == {"skills": "/"}


def test_a_place_that_is_a_link_within_the_project_is_followed(here: Workspace) -> None:
    (here.root / "deep/er/agent").mkdir(parents=True)
    (here.root / ".claude").symlink_to("deep/er/agent")
    (here.root / ".agents").symlink_to(".claude")
    links(here).link()
    assert (here.root / "deep/er/agent/skills/gateways/SKILL.md").is_file()
    assert (here.root / "deep/er/agent/skills/gateways").readlink() == Path("../../../../skills_store/default/gateways")
    links(here).unlink()
    assert names(here.root / "deep/er/agent") == []


def test_a_place_that_is_the_space_itself_is_not_filled_with_links(here: Workspace) -> None:
    (here.root / ".claude").mkdir()
    (here.root / CLAUDE).symlink_to("../skills_store/default")
    before = tree(here.folder.skills_store)
    assert "no link is needed" in said(links(here, "claude-code").link())
    assert tree(here.folder.skills_store) == before


def test_a_link_that_is_swapped_in_again_and_again_never_leads_out(here: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "skills").mkdir(parents=True)
    stop = threading.Event()

    def swap() -> None:
        real, link = here.root / ".agents", here.root / ".agents-link"
        real.mkdir()
        link.symlink_to(outside)
        while not stop.is_set():
            for one, other in (
                (".agents", ".agents-real"),
                (".agents-link", ".agents"),
                (".agents", ".agents-link"),
                (".agents-real", ".agents"),
            ):
                with suppress(OSError):
                    (here.root / one).rename(here.root / other)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for number in range(60):
            links(here, "agents").link(copy=number % 2 == 0)
            with suppress(AcontextError):
                links(here).unlink()
    finally:
        stop.set()
        thread.join()
    assert tree(outside) == {"skills": "/"}


@pytest.fixture
def own(own_home: Path) -> Path:
    return own_home


def test_for_a_user_links_are_absolute_and_stand_in_the_home(here: Workspace, own: Path) -> None:
    links(here, user=True).link()
    skill = here.root / "skills_store/default/gateways"
    assert (own / CLAUDE / "gateways").readlink() == (own / AGENTS / "gateways").readlink() == skill
    assert not (here.root / ".claude").exists()
    links(here, user=True).unlink()
    assert not (own / ".claude").exists()
    assert not (own / ".agents").exists()


def test_the_users_own_workspace_is_linked_for_the_user(own: Path) -> None:
    from acontext_cli.api.workspace import user_place

    user_place().mkdir(parents=True)
    mine, _ = Workspace.init(user_place())
    mine.space().skills.new("habits")
    assert links(mine).for_user
    links(mine, "claude-code").link()
    assert (own / CLAUDE / "habits/SKILL.md").is_file()


def test_another_projects_links_for_the_user_are_left(here: Workspace, own: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second, _ = Workspace.init(tmp_path / "second")
    second.space().skills.new("gateways")
    links(here, "agents", user=True).link(["gateways"])
    assert "already" in said(links(second, "agents", user=True).link())
    assert links(second, user=True).unlink() == []
    shutil.rmtree(here.root)
    assert did(links(second, "agents", user=True).link()) == [(AGENTS, "gateways", "link")]
    assert (own / AGENTS / "gateways").readlink() == second.root / "skills_store/default/gateways"


@pytest.mark.parametrize(("client", "variable"), [("claude-code", "CLAUDE_CONFIG_DIR"), ("codex", "CODEX_HOME")])
def test_a_clients_own_variable_is_honoured(
    here: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client: str, variable: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    links(here, client, user=True).link(["gateways"])
    assert (tmp_path / "elsewhere/skills/gateways/SKILL.md").is_file()
    monkeypatch.delenv(variable)
    links(here, user=True).unlink()
    assert not (tmp_path / "elsewhere").exists()


def test_clients_that_read_the_shared_folder_are_linked_there_once(here: Workspace) -> None:
    level = Level(here.root, here.folder.machine, {})
    assert places(clients(["cursor", "gemini-cli", "agents", "claude-code"]), level) == [
        Place(here.root, AGENTS, ("cursor", "gemini-cli", "agents")),
        Place(here.root, CLAUDE, ("claude-code",)),
    ]


def test_a_client_without_such_a_folder_says_what_it_has(here: Workspace) -> None:
    with pytest.raises(AcontextError, match="hermes loads skills only for a user: add --user"):
        links(here, "hermes").link()
    with pytest.raises(AcontextError, match="letta loads skills only of a project: leave out --user"):
        links(here, "letta", user=True).link()


def test_every_client_has_a_place_below_the_folder_it_is_for() -> None:
    for client in CLIENTS.values():
        assert client.project or client.user
        for path in (client.project, client.user):
            assert not path.startswith("/")
            assert ".." not in path


def test_a_catalog_above_a_clients_budget_is_told_with_figures() -> None:
    catalog = {"long": "x" * 2_000, **{f"s{number}": "y" * 990 for number in range(10)}}
    assert cut_off(["claude-code"], {"long": "x" * 2_000}) == [
        "Claude Code reads 1,536 characters of a description at most: that of 'long' has 2,000"
    ]
    assert [line.partition(":")[0] for line in cut_off(["agents", "cursor"], catalog)] == [
        "Codex reads 1,024 characters of a description at most",
        "Codex shows 8,000 characters of all names and descriptions, these 11 skills have 11,924",
    ]
    assert cut_off(["agents"], {"short": "fine"}) == []


def test_a_record_that_names_what_is_outside_is_refused(here: Workspace, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.symlink_to("x")
    links(here, "agents").link()
    log = here.folder.machine / "links.jsonl"
    before = log.read_bytes()
    for folder, name in (("../", "victim"), (AGENTS, "../../../victim"), ("a/../..", "victim"), ("\\u0000", "v")):
        log.write_bytes(before + f'{{"v":1,"folder":"{folder}","name":"{name}","source":"x","copy":""}}\n'.encode())
        with pytest.raises(AcontextError, match=r"links\.jsonl', line 5"):
            links(here).unlink()
    assert victim.is_symlink()


def test_an_absolute_folder_in_a_projects_record_reaches_nothing(here: Workspace, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.symlink_to("x")
    log = here.folder.machine / "links.jsonl"
    log.write_text(f'{{"v":1,"folder":"{tmp_path}","name":"victim","source":"x","copy":""}}\n')
    with pytest.raises(AcontextError, match="line 1 was not written by acontext"):
        links(here).unlink()
    assert victim.is_symlink()


@pytest.fixture
def linker(here: Workspace) -> Linker:
    return Linker(level=Level(here.root, here.folder.machine, {}), space=here.space().store.folder, contents=copied)


def test_what_appears_between_plan_and_link_is_not_overwritten(here: Workspace, linker: Linker) -> None:
    def late(folder: Folder, name: str, target: str) -> None:
        (here.root / AGENTS / name).write_text("mine")
        folder.link(name, target)

    wish = Wish(places=places(clients(["agents"]), linker.level))
    steps = replace(linker, symlink=late).link(wish, ["gateways"])
    assert "appeared meanwhile" in said(steps)
    assert (here.root / AGENTS / "gateways").read_text() == "mine"
    assert [one for one in read(linker.level.log, absolute=False) if one.name] == []


def test_what_is_swapped_in_between_plan_and_removal_is_put_back(here: Workspace, linker: Linker) -> None:
    wish, place = Wish(places=places(clients(["agents"]), linker.level), copy=True), here.root / AGENTS / "gateways"
    linker.link(wish, ["gateways"])
    skill = here.root / "skills_store/default/gateways/SKILL.md"
    skill.write_text(skill.read_text() + "more\n")

    def late(space: Path, name: str) -> dict[str, bytes]:
        shutil.rmtree(place)
        place.mkdir()
        (place / "mine").write_text("mine")
        return copied(space, name)

    steps = replace(linker, contents=late).link(wish, ["gateways"])
    assert "was changed meanwhile" in said(steps)
    assert tree(place) == {"mine": "mine"}


def test_a_process_that_was_killed_in_between_is_made_up_for(here: Workspace, linker: Linker) -> None:
    def die(folder: Folder, name: str, target: str) -> None:
        raise KeyboardInterrupt

    wish = Wish(places=places(clients(["agents"]), linker.level))
    with pytest.raises(KeyboardInterrupt):
        replace(linker, symlink=die).link(wish, ["gateways"])
    place = here.root / AGENTS
    (place / ".acontext-new-1234").mkdir()
    (place / ".acontext-old-1234-team-rules").symlink_to("person's own")
    assert did(linker.link(wish, ["gateways"])) == [(AGENTS, "gateways", "link")]
    assert names(place) == ["gateways", "team-rules"]
    assert did(linker.unlink(Wish(), here.folder.skills_store)) == [(AGENTS, "gateways", "remove")]
    assert names(place) == ["team-rules"]
