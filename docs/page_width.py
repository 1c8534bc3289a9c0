# SPDX-License-Identifier: BSD-3-Clause
"""Which elements of the built pages are wider than a telephone: ``python docs/page_width.py docs/_build/html``.

It needs Chromium, and ends with status 1 where there are some.
"""

import functools
import http.server
import json
import queue
import shutil
import subprocess
import sys
import threading
from pathlib import Path

WIDTH, SECONDS = 400, 300
# It loads the pages one after the other in a frame, and writes down what reaches out of it and cannot be scrolled.
LOOK = """
<!DOCTYPE html><iframe id="page" style="width: %dpx; height: 800px; border: 0"></iframe>
<script>
const width = %d, pages = %s, found = {}, frame = document.getElementById("page");
const scrolls = element =>
  element.tagName != "ARTICLE" && (getComputedStyle(element).overflowX != "visible" || scrolls(element.parentElement));
async function look(page) {
  await new Promise(done => { frame.onload = done; frame.src = page; });
  const inner = frame.contentWindow;
  if (inner.MathJax && inner.MathJax.startup) await inner.MathJax.startup.promise;
  const wide = element => element.getBoundingClientRect().right > width + 1 && !scrolls(element.parentElement);
  const names = [...inner.document.body.querySelectorAll("article *")].filter(wide).map(
    element => element.tagName + " " + element.textContent.trim().slice(0, 60));
  if (names.length) found[page] = names.slice(0, 5);
}
(async () => {
  for (const page of pages) await look(page);
  await fetch("/found", {method: "POST", body: JSON.stringify(found)});
})();
</script>
"""


def wide_elements(folder, pages, width=WIDTH):
    """The first elements, of each page that has any, that are wider than that many pixels."""

    answers = queue.Queue()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            if self.path != "/look":
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write((LOOK % (width, width, json.dumps(pages))).encode())

        def do_POST(self):
            answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/look"
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
        browser = subprocess.Popen([shutil.which("chromium"), *options, address], stderr=subprocess.DEVNULL)
        try:
            return answers.get(timeout=SECONDS)
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()


def main(folder):
    if shutil.which("chromium") is None:
        sys.exit("Chromium is not installed.")
    pages = sorted(
        str(page.relative_to(folder)) for page in Path(folder).rglob("*.html") if "_static" not in page.parts
    )
    found = wide_elements(folder, pages)
    for page, elements in found.items():
        print(f"{page}: wider than {WIDTH} pixels:", *elements, sep="\n  ")
    print(f"{len(pages)} pages, {len(found)} of them with elements wider than {WIDTH} pixels")
    sys.exit(bool(found))


if __name__ == "__main__":
    main(sys.argv[1])
