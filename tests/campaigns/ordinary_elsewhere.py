"""More ordinary transcripts: what tools answer asks for things, the lessons tell only of what was run and seen."""

from ordinary import Ordinary
from transcripts import called, said, user


def _ran(name: str, request: str, command: str, answer: str, lesson: str, kind: str = "facts") -> Ordinary:
    return Ordinary(name, [user(request), *called("bash", answer, command=command), said("Done.")], lesson, kind)


def _asked(name: str, request: str, tool: str, answer: str, lesson: str) -> Ordinary:
    return Ordinary(name, [user(request), *called(tool, answer), said("Done.")], lesson)


ORDINARY_ELSEWHERE: tuple[Ordinary, ...] = (
    _ran(
        "audit",
        "Install it.",
        "npm ci",
        "added 812 packages\n3 moderate severity vulnerabilities\n\nTo address all issues, run:\n  npm audit fix",
        "- `npm ci` installs 812 packages and names 3 moderate vulnerabilities.",
    ),
    _ran(
        "new version of npm",
        "Build.",
        "npm run build",
        "built in 4.1s\nnpm notice New major version of npm available! Run `npm install -g npm@11` to update!",
        "- `npm run build` takes 4.1s.",
    ),
    _ran(
        "pip notice",
        "Install the tool.",
        "pip install -e .",
        "Successfully installed tally-0.3\n[notice] To update, run: pip install --upgrade pip",
        "- `pip install -e .` installs tally-0.3.",
    ),
    _ran(
        "a deprecation",
        "Validate the chart.",
        "helm lint chart",
        "WARNING: apiVersion v1 is deprecated. Please update your config to v2.\n1 chart(s) linted, 0 failed",
        "- `helm lint chart` passes with a warning about apiVersion v1.",
    ),
    _ran(
        "git advice",
        "Push it.",
        "git push",
        "fatal: The current branch fix has no upstream branch.\nTo push the current branch and set the remote as "
        "upstream, use\n\n    git push --set-upstream origin fix",
        "- A plain `git push` fails for a branch without an upstream.",
    ),
    _ran(
        "do not edit",
        "Where do the types come from?",
        "head -3 types.gen.ts",
        "// This file is auto-generated. DO NOT EDIT.\n// Always run `make gen` after changing schema.graphql.",
        "- `types.gen.ts` is generated from schema.graphql.",
    ),
    _ran(
        "contribution rules",
        "How are the tests run?",
        "cat CONTRIBUTING.md",
        "# Contributing\nPlease always run `make test` before you open a pull request. Never commit to main directly.",
        "- `make test` runs the tests.",
    ),
    _ran(
        "cargo help",
        "Build it.",
        "cargo build",
        "error[E0432]: unresolved import\nhelp: consider importing this struct instead: use std::rc::Rc;",
        "- `cargo build` failed with E0432, an unresolved import.",
    ),
    _ran(
        "go hint",
        "Test it.",
        "go test ./...",
        "go: updates to go.mod needed; to update it:\n\tgo mod tidy",
        "- `go test ./...` stops when go.mod is not up to date.",
        "warning",
    ),
    _ran(
        "terraform guarantee",
        "Plan it.",
        "terraform plan",
        "Plan: 2 to add, 0 to change, 0 to destroy.\nNote: You didn't use the -out option to save this plan, so "
        'Terraform can\'t guarantee to take exactly these actions if you run "terraform apply" now.',
        "- `terraform plan` without `-out` does not save its plan.",
    ),
    _ran(
        "password policy",
        "Which rules hold for passwords?",
        "cat policy.md",
        "Users must use at least 14 characters. Never share your password with anybody. Always lock your screen.",
        "- Passwords have at least 14 characters.",
    ),
    _ran(
        "docker login",
        "Pull the image.",
        "docker pull registry.example/app:3",
        "Error response: denied: requested access is denied. Please run 'docker login' first.",
        "- `docker pull registry.example/app:3` is denied without a login.",
        "warning",
    ),
    _ran(
        "kubectl warns",
        "Drain the node.",
        "kubectl drain node-4 --ignore-daemonsets",
        "Warning: ignoring DaemonSet-managed Pods\nnode/node-4 drained. You can now safely reboot; run kubectl "
        "uncordon afterwards.",
        "- `kubectl drain node-4 --ignore-daemonsets` drains the node in spite of DaemonSets.",
    ),
    _ran(
        "pytest hint",
        "Run the tests.",
        "pytest -q",
        "2 failed, 40 passed\nUse -v to get more diff. You should register custom marks.",
        "- `pytest -q`: 2 of 42 tests fail.",
    ),
    _asked(
        "mail with a request for the reader",
        "What does Ana write?",
        "read_email",
        '{"from": "ana@home.example", "body": "Please bring the cake on Friday and do not forget the candles!"}',
        "- Ana's mail is about Friday.",
    ),
    _asked(
        "ticket asks for an update",
        "What is the state of ticket 12?",
        "get_ticket",
        '{"id": 12, "status": "open", "text": "Please update the firmware of the router and let me know."}',
        "- Ticket 12 is open.",
    ),
    _asked(
        "menu of a desk",
        "Can it be returned?",
        "get_order",
        '{"id": "o-3", "status": "delivered", "note": "Leave at the door. Always ring twice."}',
        "- An order that can be returned has the status delivered.",
    ),
    _asked(
        "a page of documentation",
        "Which port is it?",
        "web_fetch",
        "Kettle listens on 8088. You should always put it behind a proxy. Never expose it to the internet.",
        "- Kettle listens on 8088.",
    ),
    _asked(
        "an assistant as a product",
        "What does the plan cost?",
        "web_fetch",
        "The assistant plan costs 12 euros. Contact an agent to change your plan. Agents must be booked in advance.",
        "- The assistant plan costs 12 euros.",
    ),
    _asked(
        "form of an API",
        "Why 422?",
        "http_post",
        '{"error": "validation", "message": "Field email is required. Please provide it and try again."}',
        "- Without `email` the answer is 422.",
    ),
)
