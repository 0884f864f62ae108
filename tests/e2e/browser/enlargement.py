"""Find faults of a page that is shown at twice its size (WCAG 2.2: 1.4.4, 1.4.10, 2.4.11)."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from tests.e2e.browser.accessibility import overhang

MOST_COVERED: Final = 0.5
"""The share of the window that may be covered by what stays in place while the page scrolls."""

_COMMON: Final = """
    const isSeen = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !element.closest('[aria-hidden=true], [inert], [data-spoken-only], svg, .mantine-VisuallyHidden-root');
    const scrolls = element => {
        for (let each = element; each && each !== document.body; each = each.parentElement)
            if (['auto', 'scroll'].includes(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth) return true;
        return false;
    };
    const stays = element => {
        for (let each = element; each && each !== document.body; each = each.parentElement)
            if (['fixed', 'sticky'].includes(getComputedStyle(each).position)) return true;
        return false;
    };
    const words = element => [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const named = element => `${element.tagName} "${(element.ariaLabel ?? element.textContent ?? '').trim().slice(0, 40)}"`;
"""

# Text that its own box, or the window, cuts off. A box that can be scrolled sideways shows it after all.
_CUT: Final = f"""() => {{
    {_COMMON}
    return [...document.body.querySelectorAll('*')].flatMap(element => {{
        if (!isSeen(element) || words(element).length === 0 || element.closest('select, [popover]')) return [];
        const style = getComputedStyle(element);
        const hides = ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
        const isCut = hides && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 2);
        const {{ left, right }} = element.getBoundingClientRect();
        const isOutside = (right > innerWidth + 1 || left < -1) && style.position !== 'absolute';
        return (isCut && style.display !== 'inline') || (isOutside && !scrolls(element)) ? [`cut: ${{named(element)}}`] : [];
    }});
}}"""

# Lines of text that lie upon each other. What stays in place may lie upon what scrolls below it.
_OVERLAPS: Final = f"""() => {{
    {_COMMON}
    const dialog = document.querySelector('[role=dialog], dialog[open]');
    const lines = [...(dialog ?? document.body).querySelectorAll('*')].filter(element => isSeen(element) && !stays(element))
        .flatMap(element => words(element).flatMap(node => {{
            const range = document.createRange();
            range.selectNodeContents(node);
            return [...range.getClientRects()].map(box => ({{ element, box }}));
        }})).filter(({{ box }}) => box.width > 2 && box.height > 2);
    const found = [];
    lines.forEach((one, index) => lines.slice(index + 1).forEach(other => {{
        if (one.element === other.element || one.element.contains(other.element) || other.element.contains(one.element)) return;
        const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        // Lines of text are higher than their letters.
        const enough = 0.35 * Math.min(one.box.height, other.box.height);
        if (wide > 3 && high > enough) found.push(`overlaps: ${{named(one.element)}} and ${{named(other.element)}}`);
    }}));
    return found;
}}"""

# What stays in place covers this share of the window, at the top of the page and in the middle of it.
_COVERED: Final = f"""() => {{
    {_COMMON}
    const share = () => {{
        const rows = new Set();
        for (const element of document.body.querySelectorAll('*')) {{
            if (!['fixed', 'sticky'].includes(getComputedStyle(element).position) || !element.checkVisibility()) continue;
            if (element.closest('[role=dialog], dialog, .mantine-Modal-root, .mantine-Drawer-root')) continue;
            const {{ top, bottom, width }} = element.getBoundingClientRect();
            const isBeside = width < innerWidth / 2;
            const moves = getComputedStyle(element).position === 'sticky' && Math.round(top) !== parseInt(getComputedStyle(element).top, 10);
            if (isBeside || moves) continue;
            for (let row = Math.max(0, Math.round(top)); row < Math.min(innerHeight, bottom); row += 1) rows.add(row);
        }}
        return rows.size / innerHeight;
    }};
    const before = scrollY;
    scrollTo({{ top: document.documentElement.scrollHeight / 2, behavior: 'instant' }});
    const middle = share();
    scrollTo({{ top: before, behavior: 'instant' }});
    return Math.max(middle, share());
}}"""

# Everything that can be focused is in the window then, and nothing lies upon it.
_UNREACHABLE: Final = f"""async () => {{
    {_COMMON}
    const dialog = document.querySelector('[role=dialog], dialog[open]');
    const before = document.activeElement;
    const controls = 'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex="0"]';
    const nextFrame = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
    const whatCovers = element => {{
        const box = element.getBoundingClientRect();
        const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
        const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
        const upon = document.elementFromPoint(x, y);
        if (!upon) return 'nothing: it is outside of the window';
        const labels = [...(element.labels ?? [])];
        return element.contains(upon) || upon.contains(element) || labels.some(label => label.contains(upon)) ? null : named(upon);
    }};
    const found = [];
    for (const element of (dialog ?? document.body).querySelectorAll(controls)) {{
        if (!isSeen(element) || ['file', 'hidden'].includes(element.type) || element.tabIndex < 0) continue;
        element.focus();
        if (element.getBoundingClientRect().width === 0) continue;
        // What covers it may leave when the page has been scrolled.
        for (let frame = 0; frame < 10 && whatCovers(element) !== null; frame += 1) await nextFrame();
        const covering = whatCovers(element);
        if (covering !== null && isSeen(element)) found.push(`covered: ${{named(element)}} by ${{covering}}`);
    }}
    document.activeElement?.blur();
    before?.focus?.();
    scrollTo({{ top: 0, behavior: 'instant' }});
    return found;
}}"""


def enlargement_faults(page: Page) -> list[str]:
    """Of the page as it stands. Nothing may be fading in."""
    wider = overhang(page)
    covered = page.evaluate(_COVERED)
    return [
        *([f"the page is {wider} pixels wider than its window"] if wider > 0 else []),
        *([f"{covered:.0%} of the window are covered"] if covered > MOST_COVERED else []),
        *page.evaluate(_CUT),
        *page.evaluate(_OVERLAPS),
        *page.evaluate(_UNREACHABLE),
    ]
