"""The pipelines: what they run is there, and the plan becomes one comment. GitHub is a small server here."""

import json
import os
import re
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import yaml

PIPELINES = Path(__file__).parents[2] / "pipelines"


class GitHub(BaseHTTPRequestHandler):
    """Comments of one pull request, as https://docs.github.com/en/rest/issues/comments has them."""

    comments: list[dict] = []

    def answer(self, status: int, body: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def body(self) -> str:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]

    def do_GET(self) -> None:
        is_asked = self.path.startswith("/repos/acme/jobs/issues/7/comments?")
        is_known = self.headers["Authorization"] == "Bearer secret"
        self.answer(200 if is_asked and is_known else 404, self.comments)

    def do_POST(self) -> None:
        self.comments.append({"id": 100 + len(self.comments), "body": self.body()})
        self.answer(201 if self.path == "/repos/acme/jobs/issues/7/comments" else 404, self.comments[-1])

    def do_PATCH(self) -> None:
        number = int(self.path.removeprefix("/repos/acme/jobs/issues/comments/"))
        comment = next(comment for comment in self.comments if comment["id"] == number)
        comment["body"] = self.body()
        self.answer(200, comment)

    def log_message(self, *_arguments) -> None:
        pass


class Comments(unittest.TestCase):
    def setUp(self) -> None:
        GitHub.comments = [{"id": 1, "body": "Looks good"}]
        self.server = HTTPServer(("127.0.0.1", 0), GitHub)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def comment(self, plan: str, phase: str = "dev", token: str = "secret") -> int:
        with tempfile.NamedTemporaryFile("w", suffix=".md") as file:
            file.write(plan)
            file.flush()
            environment = os.environ | {
                "PLAN": file.name, "NARU_PHASE": phase, "GITHUB_TOKEN": token, "GITHUB_REPOSITORY": "acme/jobs",
                "PULL_REQUEST": "7", "GITHUB_API_URL": f"http://127.0.0.1:{self.server.server_port}",
            }
            return subprocess.run([PIPELINES / "comment.sh"], env=environment, capture_output=True).returncode

    def test_there_is_one_comment_for_each_phase(self) -> None:
        for plan, phase in (("one 'plan' & \"more\"\n", "dev"), ("of prod", "prod"), ("another", "dev")):
            self.assertEqual(self.comment(plan, phase), 0)
        expected = ["Looks good", "<!-- naru sync dev -->\nanother", "<!-- naru sync prod -->\nof prod"]
        self.assertEqual([comment["body"] for comment in GitHub.comments], expected)

    def test_a_token_that_may_not_is_a_failure(self) -> None:
        self.assertNotEqual(self.comment("plan", token="other"), 0)
        self.assertEqual(len(GitHub.comments), 1)


class Files(unittest.TestCase):
    def test_all_scripts_that_are_run_are_there(self) -> None:
        for name in ("github-actions.yml", "buildspec.yml"):
            text = (PIPELINES / name).read_text()
            self.assertIsInstance(yaml.safe_load(text), dict)
            named = set(re.findall(r"pipelines/(\w+\.sh)", text))
            self.assertEqual(named, {"install.sh", "plan.sh", "comment.sh", "sync.sh"}, name)
            self.assertTrue(all(os.access(PIPELINES / script, os.X_OK) for script in named))


if __name__ == "__main__":
    unittest.main()
