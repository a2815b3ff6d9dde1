from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import RequestFactory

from mapdialog.web.immutable_files import StaticFiles
from mapdialog.web.static_files import HashedFiles, without_comments


def test_comments_on_lines_of_their_own_go_and_everything_else_stays():
    script = """/**
 * About the module.
 */
import {a} from 'a';

// a word
const url = 'https://example.org'; // stays, it shares its line
    /* short */
const b = /* inside */ 1;
/* starts */ const c = '*/';
/* next */
const d = `//${b}`;
"""
    assert (
        without_comments(script)
        == """import {a} from 'a';

const url = 'https://example.org'; // stays, it shares its line
const b = /* inside */ 1;
/* starts */ const c = '*/';
const d = `//${b}`;
"""
    )


def test_only_our_own_modules_are_changed(tmp_path: Path):
    storage = HashedFiles(location=tmp_path)
    for name in ("js/map/a.js", "css/a.css", "vendor/a.js", "admin/css/a.css"):
        storage._save(name, ContentFile(b"/* licence */\na\n"))
    assert (tmp_path / "js/map/a.js").read_bytes() == b"a\n"
    assert (tmp_path / "css/a.css").read_bytes() == b"a\n"
    assert (tmp_path / "vendor/a.js").read_bytes() == b"/* licence */\na\n"
    assert (tmp_path / "admin/css/a.css").read_bytes() == b"/* licence */\na\n"


def test_the_hashed_copy_holds_the_same(tmp_path: Path):
    """Its source has been read to the end for the hash before it is copied."""
    storage = HashedFiles(location=tmp_path)
    name = storage._save("js/map/a.js", ContentFile(b"let a;\n"))
    for _name, hashed, problem in storage.post_process({name: (storage, name)}):
        assert problem in (True, False)
        assert (tmp_path / hashed).read_bytes() == b"let a;\n"


def test_no_comment_of_ours_lies_inside_a_template_text():
    """The stripping looks at lines; a text over several lines with // in it would be cut."""
    for path in (Path(__file__).parents[2] / "static" / "js").rglob("*.js"):
        code = without_comments(path.read_text(encoding="utf-8"))
        for line in code.splitlines():
            assert line.count("`") % 2 == 0, (
                f"{path.name}: a template text runs over the end of the line: {line}"
            )


def test_what_is_never_asked_for_again_carries_no_header_for_that(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    (tmp_path / "a.abcdef123456.css").write_text("a{}")
    (tmp_path / "robots.txt").write_text("User-agent: *")
    served = StaticFiles(lambda request: HttpResponse(status=404))
    served.immutable_file_test = lambda path, url: ".abcdef123456." in url
    served.add_files(str(tmp_path), prefix="/static/")
    requests = RequestFactory()
    hashed = served(requests.get("/static/a.abcdef123456.css"))
    plain = served(requests.get("/static/robots.txt"))
    assert b"".join(hashed.streaming_content) == b"a{}"
    assert "immutable" in hashed["Cache-Control"]
    assert not hashed.has_header("ETag")
    assert not hashed.has_header("Last-Modified")
    assert plain.has_header("ETag")
    assert b"".join(plain.streaming_content) == b"User-agent: *"
    hashed.close()
    plain.close()
