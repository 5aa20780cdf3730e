"""Somebody at a page who has a keyboard and nothing else, and a look at whether the page is for everyone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE, SCREEN = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=800)
# A screen of 1280 pixels at 200 % (WCAG 2.2, 1.4.4).
ZOOMED = ViewportSize(width=640, height=400)
ENOUGH = 150
_HAS_FOCUS = "element => element === document.activeElement"


def press(page: Page, role: str, name: str) -> None:
    """Go with the Tab key to what has this name, and press Enter: nothing is clicked."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]  # a role
    expect(wanted).to_be_visible()
    for _ in range(ENOUGH):
        page.keyboard.press("Tab")
        if wanted.evaluate(_HAS_FOCUS):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"the keyboard does not come to {name}")


def reach(page: Page, label: str) -> None:
    """Go with the Tab key to the field of this label."""
    wanted = page.get_by_label(label).first
    for _ in range(ENOUGH):
        if wanted.evaluate(_HAS_FOCUS):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not come to {label}")


def type_in(page: Page, label: str, text: str) -> None:
    """Type in the field of this label."""
    reach(page, label)
    page.keyboard.type(text)


def unfold(page: Page, summary: str) -> None:
    """Open what is folded, by the keyboard."""
    wanted = page.locator("summary", has_text=summary).first
    for _ in range(ENOUGH):
        page.keyboard.press("Tab")
        if wanted.evaluate(_HAS_FOCUS):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"the keyboard does not come to {summary}")


def choose(page: Page, group: str, option: str) -> None:
    """Choose one of the radio buttons of a group with the Tab and arrow keys."""
    buttons = page.get_by_role("group", name=group).get_by_role("radio")
    wanted = page.get_by_role("group", name=group).get_by_role("radio", name=option)
    within = "buttons => buttons.includes(document.activeElement)"
    for _ in range(ENOUGH):
        if buttons.evaluate_all(within):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"the keyboard does not come to {group}")
    page.keyboard.press("Space")
    for _ in range(buttons.count()):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"the keyboard does not choose {option} of {group}")


def faults(page: Page, *sizes: ViewportSize) -> list[str]:
    """Return what is wrong with a page as it stands, at these sizes: rules of axe-core, and what is wider than it."""
    before, found = page.viewport_size, []
    for size in sizes or (PHONE, SCREEN):
        page.set_viewport_size(size)
        violations = Axe().run(page, options=WCAG_22_AA).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        wrong = [each["id"] for each in violations] + (["wider than the screen"] if wide else [])
        found += [f"{page.url} at {size['width']}: {each}" for each in wrong]
    if before is not None:
        page.set_viewport_size(before)
    return found
