"""From the search box to a concept, by typing, by keys, without scripts; and back in time."""

import json

import pytest
from playwright.sync_api import expect


def test_typing_and_enter_lead_from_the_search_box_to_a_concept(visit):
    page = visit("/").page

    page.get_by_role("combobox").fill("dai thao duong")
    page.get_by_role("combobox").press("Enter")
    page.locator(".hits a").first.click()

    expect(page.locator("h1")).to_have_text("E11 Đái tháo đường típ 2")
    assert "/code/E11" in page.url


def test_the_same_way_is_open_without_scripts(visit):
    page = visit("/", java_script_enabled=False).page

    page.locator("#q").fill("E119")
    page.get_by_role("button", name="Tìm kiếm").click()
    page.locator(".hits a").first.click()

    expect(page.locator("h1 code")).to_have_text("E11.9")


def test_suggestions_come_while_typing_and_arrows_and_enter_choose_one(visit):
    visitor = visit("/documents")
    page = visitor.page
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()

    page.keyboard.type("dai thao", delay=10)
    expect(page.get_by_role("option").first).to_be_visible()
    expect(page.locator("#suggestions mark").first).to_have_text("Đái")
    page.keyboard.press("ArrowDown")

    chosen = page.locator("#suggestions [aria-selected=true]")
    assert page.get_by_role("combobox").get_attribute(
        "aria-activedescendant"
    ) == chosen.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/**")
    assert visitor.complaints == []


def test_open_suggestions_have_no_serious_violation_and_escape_closes_them(visit, axe):
    visitor = visit("/about")
    page = visitor.page
    page.locator("#q").press_sequentially("benh", delay=10)
    expect(page.get_by_role("option").first).to_be_visible()

    assert visitor.violations(axe) == []
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()


def test_the_last_answer_wins(visit):
    page = visit("/about").page
    page.route(
        "**/api/v1/search?q=nam*",
        lambda route: route.fulfill(
            status=200, content_type="application/json", body=json.dumps({"hits": []})
        ),
    )

    page.locator("#q").press_sequentially("nam", delay=5)
    page.locator("#q").fill("nu")
    page.locator("#q").press_sequentially("̃", delay=5)

    expect(page.get_by_role("option").first).to_contain_text("Nữ")


def test_the_language_switches_and_stays(visit):
    page = visit("/id/code-list/byt/sex").page
    expect(page.locator("h1")).to_have_text("Giới tính")

    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Legal documents").first.click()

    expect(page.locator("h1")).to_contain_text("Legal documents")
    assert "2020-01-01" in page.locator("main").inner_text()


def test_a_day_goes_along_through_links_until_one_goes_back_to_today(visit):
    page = visit("/id/code-list/byt/sex").page
    expect(page.locator("#member-part tbody tr")).to_have_count(3)

    page.get_by_label("xem tại ngày").fill("2021-05-01")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.locator(".ribbon")).to_contain_text("01/05/2021")
    expect(page.locator("#member-part tbody tr")).to_have_count(2)
    page.locator("#member-part a.code").first.click()
    expect(page.locator(".ribbon")).to_contain_text("01/05/2021")
    page.get_by_role("link", name="về hôm nay").click()

    expect(page.locator(".ribbon")).to_have_count(0)
    assert "on=" not in page.url


def test_a_day_on_which_nothing_was_in_force_says_so_and_shows_the_releases(visit):
    page = visit("/id/code-list/byt/sex?on=1990-01-01").page

    expect(page.locator("h1")).to_contain_text("Không có bản ban hành nào")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_two_releases_are_chosen_and_compared(visit):
    page = visit("/id/code-list/byt/sex").page

    page.get_by_role("button", name="So sánh hai bản đã chọn").click()

    expect(page.locator("#added")).to_contain_text("1")
    expect(page.locator(".members.added")).to_contain_text("Chưa xác định")


def test_a_changed_field_is_shown_with_the_old_value_beside_the_new(visit):
    page = visit("/id/schema/byt/visit").page
    page.get_by_role("button", name="So sánh hai bản đã chọn").click()

    row = page.locator(".diff tbody tr", has_text="TEN")
    expect(row.locator("del")).to_contain_text("10")
    expect(row.locator("ins")).to_contain_text("50")


def test_the_history_of_a_field_marks_what_changed(visit):
    page = visit("/id/schema/byt/visit/field/TEN").page

    expect(page.locator("td.changed")).to_contain_text("50")


def test_a_tree_opens_by_a_click_and_its_address_remembers(visit):
    page = visit("/id/code-list/byt/diseases").page
    root = page.get_by_role("treeitem").filter(has_text="E00-E90").first

    root.locator(".twisty").first.click()
    expect(
        page.get_by_role("treeitem").filter(has_text="Đái tháo đường típ 2").last
    ).to_be_visible()
    assert root.get_attribute("aria-expanded") == "true"
    page.reload()

    expect(
        page.get_by_role("treeitem").filter(has_text="Đái tháo đường típ 2").last
    ).to_be_visible()


def test_a_tree_is_walked_by_keys_alone(visit):
    visitor = visit("/id/code-list/byt/diseases")
    page = visitor.page
    page.locator("[role=treeitem][tabindex='0']").focus()

    page.keyboard.press("ArrowRight")
    expect(page.locator("[role=treeitem][data-code=E11]")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[role=treeitem][data-code='E11.9']")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/code/E11.9")
    assert visitor.complaints == []


def test_a_tree_opens_without_scripts_too(visit):
    page = visit("/id/code-list/byt/diseases", java_script_enabled=False).page

    page.get_by_role("link", name="Mở E00-E90").click()

    expect(page.locator("#at")).to_contain_text("Đái tháo đường típ 2")


def test_a_filter_keeps_the_way_to_what_it_finds(visit):
    page = visit("/id/code-list/byt/diseases?q=bien+chung").page

    expect(page.locator(".tree .hit")).to_have_text(["Đái tháo đường típ 2, không biến chứng"])
    expect(page.locator(".tree .way")).to_have_count(2)


def test_the_whole_page_can_be_walked_with_the_tab_key(visit):
    page = visit("/id/code-list/byt/sex").page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()

    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML.slice(0, 160)"))
    visible = page.locator("main a:visible, main button:visible, main input:visible").count()

    assert len(seen) >= min(40, visible - 6)


def test_copying_puts_the_persistent_address_on_the_clipboard(visit):
    visitor = visit("/id/code-list/byt/sex", permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page

    page.locator("button.copy").first.click()

    expect(page.locator("button.copy").first).to_have_text("Đã chép")
    said = page.evaluate("navigator.clipboard.readText()")
    assert said == "https://registry.example/id/code-list/byt/sex"


def test_a_table_is_sorted_by_a_click_on_its_head(visit):
    page = visit("/id/schema/byt/visit").page
    names = page.locator("#member-part table.fields tbody td:nth-child(2)")
    page.locator("#member-part table.fields").get_by_role("button", name="Trường dữ liệu").click()

    assert names.all_inner_texts() == sorted(names.all_inner_texts())


RECORD = {"MA_LK": "1", "NGAY_RA": "202406300800", "GIOI_TINH": "3", "TEN": "An"}


@pytest.mark.parametrize("scripts", [True, False])
def test_records_are_checked_and_told_in_the_language_of_the_page(visit, scripts):
    visitor = visit("/validate?schema=byt/visit", java_script_enabled=scripts)
    page = visitor.page
    good = {**RECORD, "NGAY_RA": "202501010800"}
    lines = "\n".join(json.dumps(record) for record in (RECORD, good))

    page.get_by_label("Bản ghi", exact=True).fill(lines)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()

    expect(page.locator("#findings h2")).to_have_text("Không hợp lệ")
    row = page.locator(".findings tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("GIOI_TINH")
    expect(row).to_contain_text("code-not-in-force")
    assert page.get_by_label("Bản ghi", exact=True).input_value() == lines
    assert visitor.complaints == []


def test_a_file_is_checked_and_a_broken_one_is_refused_with_the_reason(visit, tmp_path, axe):
    visitor = visit("/validate?schema=byt/visit&lang=en")
    page = visitor.page
    broken = tmp_path / "broken.json"
    broken.write_text('{"MA_LK": ')

    page.locator("#file").set_input_files(broken)
    page.get_by_role("button", name="Check", exact=True).click()

    expect(page.locator("#findings")).to_contain_text("Could not be checked")
    expect(page.locator("#findings")).to_contain_text("not JSON")
    assert visitor.violations(axe) == []


def test_rows_of_a_sheet_are_told_with_the_addresses_of_their_cells(visit, tmp_path):
    visitor = visit("/validate?schema=byt/visit")
    page = visitor.page
    sheet = tmp_path / "rows.csv"
    sheet.write_text("MA_LK,NGAY_RA,GIOI_TINH,TEN\n1,202501010800,9,An\n", encoding="utf-8")

    page.locator("#file").set_input_files(sheet)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()

    row = page.locator(".findings tbody tr")
    expect(row).to_contain_text("code-not-in-list")
    expect(row).to_contain_text("R2C3")
    page.locator("button.chip").click()
    expect(page.locator("button.chip")).to_have_attribute("aria-pressed", "true")
    assert visitor.complaints == []
