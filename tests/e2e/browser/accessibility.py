"""Find faults of a page for people who use it with a screen reader, by keyboard, by touch, or with low vision."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from tests.e2e.browser.chromium import FRONTEND

AXE: Final = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
LEAST: Final = 24
"""Width and height in CSS pixels that everything one can press has at least (WCAG 2.2, 2.5.8)."""
LEAST_OF_ACTIONS: Final = 44
"""Height of fields and of the buttons that lead on, where a finger presses them."""
NARROW: Final = 640

# A link within a sentence may be as small as its text. A radio button or a check box can be pressed on its label, too.
_SMALL: Final = """([within, least, leastOfActions]) => {
    const edges = element => element.getBoundingClientRect();
    const isInText = element => {
        if (element.tagName !== 'A' || getComputedStyle(element).display !== 'inline') return false;
        const around = [...element.parentElement.childNodes].filter(node => node !== element);
        return around.some(node => node.nodeType === Node.TEXT_NODE && /\\w/.test(node.data));
    };
    const area = element => {
        const all = [element, ...(element.labels ?? [])].map(edges).filter(({ width }) => width > 0);
        return {
            width: Math.max(...all.map(({ right }) => right)) - Math.min(...all.map(({ left }) => left)),
            height: Math.max(...all.map(({ bottom }) => bottom)) - Math.min(...all.map(({ top }) => top)),
        };
    };
    const isChoice = element => element.matches('[type=radio], [type=checkbox]');
    const isAction = element =>
        element.matches('.mantine-Button-root[data-variant=filled], [type=submit], input, select, textarea') && !isChoice(element);
    const controls = 'a[href], button, input, select, textarea, summary, [role=button], [role=option], [role=tab]';
    return [...document.querySelector(within).querySelectorAll(controls)].flatMap(element => {
        const own = edges(element);
        if (!element.checkVisibility({ visibilityProperty: true }) || own.bottom <= 0 || element.closest('[aria-hidden=true], [inert]')) return [];
        if (element.type === 'hidden' || element.type === 'file' || isInText(element)) return [];
        // The border of a field for passwords is around the field and its button.
        const { width, height } = isChoice(element) ? area(element) : edges(element.closest('.mantine-PasswordInput-input') ?? element);
        const enough = width >= least && height >= (isAction(element) ? leastOfActions : least);
        const name = element.ariaLabel ?? (element.innerText || element.name || element.className);
        return enough ? [] : [`${element.tagName} ${name}: ${Math.round(width)} x ${Math.round(height)}`];
    });
}"""


def faults(page: Page, *, within: str = "html") -> list[str]:
    """What axe finds on the page as it stands, and what is too small for a finger. Nothing may be fading in: half-faded text has half the
    contrast.
    """
    wait_for_fonts(page)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("within => axe.run(within, { resultTypes: ['violations'] })", within)["violations"]
    messages = [f"{fault['id']}: {fault['help']}: {[node['html'] for node in fault['nodes']]}" for fault in found]
    return messages + [f"too small for a finger: {target}" for target in small_targets(page, within=within)]


def small_targets(page: Page, *, within: str = "html") -> list[str]:
    """What one can press, or write in, and what would be hard to hit: with its size. The console is for a desk and a mouse."""
    if "/operations" in page.url:
        return []
    narrow = page.viewport_size is not None and page.viewport_size["width"] < NARROW
    found: list[str] = page.evaluate(_SMALL, [within, LEAST, LEAST_OF_ACTIONS if narrow else LEAST])
    return found


def contrast(page: Page, text: str) -> float:
    """Of this text with the first background behind it, as WCAG computes it: 1 to 21."""
    colours = page.get_by_text(text).evaluate(
        """node => {
            const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
            let behind = node;
            while ((numbers(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
            return [getComputedStyle(node).color, getComputedStyle(behind).backgroundColor].map(numbers);
        }"""
    )
    darker, lighter = sorted(luminance(colour[:3]) for colour in colours)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[float]) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wait_for_fonts(page)
    width: int = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    return width


def wait_for_fonts(page: Page) -> None:
    """Returns when all fonts of the text on the page are loaded. Before that, text has the width of another font, so what is measured
    depends on how fast the machine is.
    """
    # The browser asks for a font only when it lays out text that needs it: reading a width makes it do so.
    page.evaluate("async () => { document.body.offsetWidth; await document.fonts.ready; }")
