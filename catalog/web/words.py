"""The words of the pages, in Vietnamese and English."""

from datetime import date

WORDS: dict[str, tuple[str, str]] = {
    "registry": ("Hệ thống đăng ký siêu dữ liệu y tế", "Health metadata registry"),
    "search": ("Tìm kiếm", "Search"),
    "search-hint": (
        "Mã, tên bệnh, trường dữ liệu, văn bản… có dấu hay không dấu đều được",
        "A code, a disease, a field, a document… with or without accents",
    ),
    "all-artefacts": ("Tất cả", "Everything"),
    "documents": ("Văn bản pháp lý", "Legal documents"),
    "validate": ("Kiểm tra dữ liệu", "Validate"),
    "about": ("Giới thiệu", "About"),
    "api": ("API", "API"),
    "organisation": ("đơn vị", "organisation"),
    "document": ("văn bản pháp lý", "legal document"),
    "data-group": ("nhóm dữ liệu", "data group"),
    "data-element": ("phần tử dữ liệu", "data element"),
    "code-list": ("danh mục mã", "code list"),
    "value-set": ("tập giá trị", "value set"),
    "mapping": ("bảng ánh xạ", "mapping"),
    "schema": ("cấu trúc dữ liệu", "schema"),
    "dataset": ("tập dữ liệu", "dataset"),
    "in-force": ("có hiệu lực", "in force"),
    "transitional": ("thời gian chuyển tiếp", "transitional"),
    "upcoming": ("sắp có hiệu lực", "upcoming"),
    "ended": ("hết hiệu lực", "ended"),
    "withdrawn": ("bãi bỏ", "withdrawn"),
    "from": ("có hiệu lực từ", "in force from"),
    "to": ("đến", "to"),
    "release": ("bản ban hành", "release"),
    "releases": ("Các bản ban hành", "Releases"),
    "version": ("phiên bản", "version"),
    "digest": ("mã băm", "digest"),
    "licence": ("giấy phép", "licence"),
    "custodian": ("đơn vị quản lý", "custodian"),
    "confidence": ("độ tin cậy", "confidence"),
    "completeness": ("mức đầy đủ", "completeness"),
    "source": ("nguồn", "source"),
    "legal-basis": ("căn cứ pháp lý", "legal basis"),
    "no-legal-basis": ("không có căn cứ, vì", "none, because"),
    "members": ("Nội dung", "Content"),
    "code": ("Mã", "Code"),
    "name": ("Tên", "Name"),
    "name-en": ("Tên tiếng Anh", "English name"),
    "field": ("trường dữ liệu", "field"),
    "concept": ("khái niệm", "concept"),
    "type": ("Kiểu", "Type"),
    "length": ("Độ dài", "Length"),
    "required": ("Bắt buộc", "Required"),
    "list": ("Danh mục", "List"),
    "format": ("Định dạng", "Format"),
    "rules": ("Quy tắc kiểm tra", "Rules"),
    "rule": ("Quy tắc", "Rule"),
    "severity": ("Mức độ", "Severity"),
    "downloads": ("Tải về", "Downloads"),
    "where-used": ("Nơi sử dụng", "Where used"),
    "nowhere": ("Chưa có nơi nào sử dụng", "Used nowhere yet"),
    "compare": ("So sánh", "Compare"),
    "compare-with": ("So sánh với bản trước", "Compare with the one before"),
    "added": ("Thêm", "Added"),
    "removed": ("Bỏ", "Removed"),
    "changed": ("Sửa", "Changed"),
    "impact": ("Mức ảnh hưởng", "Impact"),
    "breaking": ("phá vỡ tương thích", "breaking"),
    "additive": ("bổ sung", "additive"),
    "editorial": ("chỉ câu chữ", "editorial"),
    "none": ("không đổi", "none"),
    "history": ("Lịch sử", "History"),
    "appeared": ("xuất hiện", "appeared"),
    "returned": ("trở lại", "returned"),
    "parents": ("Thuộc", "Broader"),
    "children": ("Gồm", "Narrower"),
    "properties": ("Thuộc tính", "Properties"),
    "synonyms": ("Tên khác", "Other names"),
    "definition": ("Định nghĩa", "Definition"),
    "note": ("Ghi chú", "Note"),
    "address": ("Địa chỉ bền vững", "Persistent address"),
    "cite": ("Trích dẫn", "Cite"),
    "as-of": ("xem tại ngày", "as of"),
    "show": ("Xem", "Show"),
    "today": ("hôm nay", "today"),
    "as-of-ribbon": ("Đang xem theo ngày", "Shown as of"),
    "hits": ("kết quả", "hits"),
    "no-hits": (
        "Không tìm thấy gì cho",
        "Nothing found for",
    ),
    "no-hits-try": (
        "Thử bớt từ, bỏ dấu, hoặc gõ mã không có dấu chấm.",
        "Try fewer words, no accents, or the code without its dot.",
    ),
    "more": ("Xem thêm", "More"),
    "filter": ("Tìm trong danh mục này", "Search in this list"),
    "total": ("tổng số", "total"),
    "kind": ("Loại", "Kind"),
    "start": ("Từ ngày", "From"),
    "end": ("Đến ngày", "To"),
    "standing": ("Trạng thái", "Standing"),
    "issued": ("Ban hành", "Issued"),
    "effective": ("Hiệu lực", "In force"),
    "number": ("Số hiệu", "Number"),
    "brought": ("Đã ban hành kèm", "What it brought"),
    "relations": ("Quan hệ với văn bản khác", "Bears on"),
    "amends": ("sửa đổi", "amends"),
    "replaces": ("thay thế", "replaces"),
    "implements": ("hướng dẫn thi hành", "implements"),
    "corrects": ("đính chính", "corrects"),
    "based-on": ("căn cứ", "based on"),
    "page-api": ("API của trang này", "API of this page"),
    "persistence": (
        "Địa chỉ bền vững: mỗi bản ban hành có một địa chỉ không đổi.",
        "Persistent: every release keeps its address and what it says.",
    ),
    "software": ("Phần mềm", "Software"),
    "data-as-of": ("Dữ liệu đến sự kiện", "Data as of event"),
    "retired": ("ngừng dùng", "retired"),
    "replaced-by": ("được thay thế bởi", "replaced by"),
    "source-code": ("Mã nguồn", "Source code"),
    "target-code": ("Mã đích", "Target code"),
    "relation": ("Quan hệ", "Relation"),
    "problem": ("Không thực hiện được", "That did not work"),
    "yes": ("có", "yes"),
    "no": ("không", "no"),
    "conditional": ("có điều kiện", "conditional"),
    "language": ("English", "Tiếng Việt"),
    "skip": ("Đến nội dung chính", "Skip to content"),
    "timeline": ("Dòng thời gian", "Timeline"),
    "error": ("lỗi", "error"),
    "warning": ("cảnh báo", "warning"),
    "complete": ("đầy đủ", "complete"),
    "partial": ("một phần", "partial"),
    "missing": ("còn thiếu", "missing"),
    "unknown": ("chưa rõ", "unknown"),
    "verified": ("đã đối chiếu văn bản", "verified in the text"),
    "one-source": ("một nguồn", "one source"),
    "inferred": ("suy luận", "inferred"),
    "unverified": ("chưa kiểm chứng", "unverified"),
    "validate-hint": (
        "Dán một bản ghi JSON, một mảng, hoặc NDJSON. Kiểm tra xong là bỏ, không lưu lại.",
        "Paste a JSON record, an array, or NDJSON. It is checked and forgotten.",
    ),
    "record": ("Bản ghi", "Record"),
    "message": ("Thông báo", "Message"),
    "valid": ("Hợp lệ", "Valid"),
    "invalid": ("Không hợp lệ", "Invalid"),
    "records": ("bản ghi", "records"),
    "value": ("Giá trị", "Value"),
}
"""Key to (Vietnamese, English); a test holds that every key used in a template is here."""


def word(key: str, language: str) -> str:
    """A word of the pages; the key itself when it is none of ours."""
    found = WORDS.get(key)
    if found is None:
        return key
    return found[1] if language == "en" else found[0]


def day_text(day: date | str | None, language: str) -> str:
    """
    A day as a reader of the language writes it.

    >>> day_text("2024-07-01", "vi")
    '01/07/2024'
    """
    if not day:
        return ""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return day.isoformat() if language == "en" else day.strftime("%d/%m/%Y")


def number_text(number: int, language: str) -> str:
    """
    A whole number with the separators of the language.

    >>> number_text(12219, "vi")
    '12.219'
    """
    text = f"{number:,}"
    return text if language == "en" else text.replace(",", ".")
