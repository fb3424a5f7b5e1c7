"""Which project a folder belongs to, and which space a project teaches."""

from pathlib import Path

import pytest

from acontext_cli.importing.projects import Project, project_of
from acontext_cli.importing.spaces import claim, is_own, space_of
from acontext_cli.skills import name_problem
from acontext_cli.workspace import WorkspaceFolder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "shop" / ".git").mkdir(parents=True)
    (tmp_path / "shop" / "api" / "src").mkdir(parents=True)
    return tmp_path / "shop"


@pytest.fixture
def workspace(tmp_path: Path) -> WorkspaceFolder:
    return WorkspaceFolder.init(tmp_path / "own", env={})[0]


def test_a_folder_of_a_repository_belongs_to_the_repository(repository: Path) -> None:
    assert project_of(str(repository / "api" / "src")) == Project(str(repository), there=True)


def test_a_folder_of_no_repository_is_its_own_project(tmp_path: Path) -> None:
    assert project_of(str(tmp_path)) == Project(str(tmp_path), there=True)


def worktree(tree: Path, main: str) -> Path:
    """A worktree with its file, which the repository knows of where there is one."""
    tree.mkdir(parents=True)
    (tree / ".git").write_text(f"gitdir: {main}/worktrees/fix\n", encoding="utf-8")
    if Path(main).is_dir():
        (Path(main) / "worktrees/fix").mkdir(parents=True)
        (Path(main) / "worktrees/fix/gitdir").write_text(f"{tree}/.git\n", encoding="utf-8")
    return tree


def test_a_worktree_belongs_to_its_repository(repository: Path, tmp_path: Path) -> None:
    tree = worktree(tmp_path / "trees" / "fix", f"{repository}/.git")
    assert project_of(str(tree)) == Project(str(repository), there=True)


def test_the_worktrees_of_a_bare_repository_belong_together(tmp_path: Path) -> None:
    (tmp_path / "shop.git").mkdir()
    tree = worktree(tmp_path / "trees" / "fix", f"{tmp_path}/shop.git")
    assert project_of(str(tree)) == Project(f"{tmp_path}/shop.git", there=True)


def test_a_folder_that_claims_to_be_a_worktree_of_another_project_is_its_own(repository: Path, tmp_path: Path) -> None:
    tree = worktree(tmp_path / "unpacked", f"{repository}/.git")
    (repository / ".git/worktrees/fix/gitdir").write_text("/somewhere/else/.git\n", encoding="utf-8")
    assert project_of(str(tree)) == Project(str(tree), there=True)


@pytest.mark.parametrize(
    "text", ["gitdir: /nowhere/.git/worktrees/fix", "gitdir: ../x", "", "\0", "gitdir: " + "a" * 9000]
)
def test_a_worktree_whose_repository_is_gone_is_its_own_project(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").write_text(text, encoding="utf-8")
    assert project_of(str(tmp_path)) == Project(str(tmp_path), there=True)


@pytest.mark.parametrize("tree", [".worktrees/2", ".worktrees/alex/fix-it", ".claude/worktrees/fix", ".conductor/oslo"])
def test_a_worktree_that_is_gone_belongs_to_the_repository_that_it_stood_in(repository: Path, tree: str) -> None:
    assert project_of(str(repository / tree)) == Project(str(repository), there=True)
    assert project_of(f"/nowhere/shop/{tree}") == Project("/nowhere/shop", there=False)


@pytest.mark.parametrize("folder", ["/nowhere/shop", "/nowhere/else/../shop", "/nowhere//shop/"])
def test_a_folder_that_is_not_on_this_disk_is_compared_as_text(folder: str) -> None:
    assert project_of(folder) == Project("/nowhere/shop", there=False)


@pytest.mark.parametrize("folder", ["", "a\0b", "\0"])
def test_no_folder_is_no_project(folder: str) -> None:
    assert project_of(folder) is None


@pytest.mark.parametrize(
    "folder", ["C:\\work\\Shop", "\\\\host\\share\\shop", "work/shop", "~/shop", "/" + "x" * 5000 + "/shop"]
)
def test_a_folder_of_another_system_is_a_project_that_is_not_here(folder: str) -> None:
    found = project_of(folder)
    assert found is not None
    assert (found.there, found.slug) == (False, "shop")


@pytest.mark.parametrize(
    "root",
    ["/p/shop", "/p/My Shop!", "/p/..", "/", "/p/店", "/p/default", "/p/" + "a" * 200, "/p/-x-", "C:\\", "/p/CON"],
)
def test_every_project_has_a_space_that_may_be_called_so(workspace: WorkspaceFolder, root: str) -> None:
    assert name_problem(space_of(workspace, Project(root, there=False))) is None


def test_a_project_keeps_its_space(workspace: WorkspaceFolder) -> None:
    shop = Project("/a/shop", there=False)
    assert space_of(workspace, shop) == "shop"
    made(workspace, shop)
    assert space_of(workspace, shop) == "shop"


def test_two_projects_of_one_name_have_two_spaces(workspace: WorkspaceFolder) -> None:
    one, other = Project("/a/shop", there=False), Project("/b/Shop", there=False)
    made(workspace, one)
    made(workspace, other)
    assert space_of(workspace, one) == "shop"
    assert space_of(workspace, other) == f"shop-{other.mark}"


def test_a_space_that_a_person_made_is_no_projects(workspace: WorkspaceFolder) -> None:
    (workspace.skills_store / "shop").mkdir(parents=True)
    project = Project("/a/shop", there=False)
    assert space_of(workspace, project) == f"shop-{project.mark}"


def test_a_workspace_in_a_project_is_the_projects_own(repository: Path) -> None:
    project = Project(str(repository), there=True)
    assert is_own(WorkspaceFolder(repository), project)
    assert is_own(WorkspaceFolder(repository / "api"), project)
    assert not is_own(WorkspaceFolder(repository.parent), project)


def made(workspace: WorkspaceFolder, project: Project) -> None:
    space = space_of(workspace, project)
    (workspace.skills_store / space).mkdir(parents=True)
    claim(workspace, space, project)


def test_a_folder_that_no_disk_can_hold_is_no_project() -> None:
    assert project_of("/home/\ud800") is None
