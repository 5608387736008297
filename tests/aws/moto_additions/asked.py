"""What tests ask of moto itself, and no client of AWS: a POST of JSON to a path of its own."""

import json


class Asked:
    """A WSGI application that does what is asked at a path; `carry_out` takes the JSON and says whether it knew what was meant."""

    def __init__(self, application, path: str, carry_out) -> None:
        self._application, self._path, self._carry_out = application, path, carry_out

    def __call__(self, environment, start_response):
        if environment.get("PATH_INFO") != self._path:
            return self._application(environment, start_response)
        found = self._carry_out(json.loads(environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"]))))
        start_response("200 OK" if found else "404 Not Found", [("Content-Length", "0")])
        return [b""]
