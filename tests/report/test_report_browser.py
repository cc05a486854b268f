from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser, page, tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    tab = browser.new_page(viewport={"width": 1000, "height": 1200})
    tab.asked, tab.said = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.goto(path.as_uri())
    yield tab
    tab.close()


def test_a_browser_asks_for_nothing_but_the_file(opened):
    assert [url for url in opened.asked if not url.startswith("data:")] == [opened.url]
    assert opened.said == []


def test_every_picture_is_shown(opened):
    broken = "[...document.images].filter(i => !i.complete || i.naturalWidth === 0).length"
    assert opened.evaluate("document.images.length") >= 5
    assert opened.evaluate(broken) == 0


def test_the_page_does_not_scroll_sideways_even_on_a_phone(opened):
    for width in (1000, 380):
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_on_a4_with_a_page_per_device_that_changed(opened):
    pdf = opened.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf
    assert 3 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 20
