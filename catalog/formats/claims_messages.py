"""What is said of claims envelopes and their tables, in Vietnamese and English."""

from catalog.formats.messages import Said, cut


def broken_xml(reason: str, line: int, column: int) -> Said:
    """The XML is broken at a line and a column."""
    return {
        "vi": f"XML hỏng ở dòng {line}, cột {column}: {cut(reason)}",
        "en": f"the XML is broken at line {line}, column {column}: {cut(reason)}",
    }


def wrong_encoding(found: str) -> Said:
    """The bytes are not UTF-8, or say that they are something else."""
    return {
        "vi": f"Phải dùng mã hóa UTF-8; ở đây là {cut(found)}",
        "en": f"UTF-8 is required; this is {cut(found)}",
    }


def doctype() -> Said:
    """There is a document type declaration."""
    return {
        "vi": "Không được khai báo DOCTYPE (DTD, thực thể); hãy bỏ khai báo này",
        "en": "a DOCTYPE (DTD, entities) is refused; leave it out",
    }


def broken_base64(reason: str) -> Said:
    """The content is neither XML nor whole base64."""
    return {
        "vi": f"NOIDUNGFILE không phải XML và base64 bị hỏng hoặc bị cắt: {cut(reason)}",
        "en": f"NOIDUNGFILE is no XML, and its base64 is broken or cut off: {cut(reason)}",
    }


def too_large(what: str, most: str) -> Said:
    """Something has more of something than is read."""
    return {
        "vi": f"{cut(what)} quá lớn; đọc tối đa {most}",
        "en": f"{cut(what)} is too large; at most {most} are read",
    }


def unknown_table(name: str) -> Said:
    """There is no table of that name, or it is not sent as XML."""
    return {
        "vi": f"LOAIHOSO '{cut(name)}' không phải là bảng gửi bằng XML của chuẩn dữ liệu đầu ra",
        "en": f"LOAIHOSO '{cut(name)}' is no table that the claim standard sends as XML",
    }


def missing_table(name: str) -> Said:
    """The dossier has no such table."""
    return {
        "vi": f"Hồ sơ không có bảng {name}",
        "en": f"the dossier has no table {name}",
    }


def missing_element(name: str, place: str) -> Said:
    """An element of the envelope is not there."""
    return {"vi": f"{place} thiếu phần tử {name}", "en": f"{place} has no element {name}"}


def wrong_element(found: str, wanted: str) -> Said:
    """An element stands where another belongs."""
    return {
        "vi": f"Gặp phần tử '{cut(found)}', cần '{wanted}'",
        "en": f"the element '{cut(found)}' stands where '{wanted}' belongs",
    }


def nested_element(name: str, inner: str) -> Said:
    """There are elements inside a field."""
    return {
        "vi": f"Phần tử '{cut(name)}' chỉ được chứa giá trị, không được chứa '{cut(inner)}'",
        "en": f"the element '{cut(name)}' may hold a value only, not '{cut(inner)}'",
    }


def repeated_element(name: str) -> Said:
    """A field stands twice in a row."""
    return {
        "vi": f"Phần tử '{cut(name)}' xuất hiện nhiều lần trong cùng một dòng",
        "en": f"the element '{cut(name)}' occurs more than once in one row",
    }


def wrong_count(said: str, found: int) -> Said:
    """The envelope announces another number of dossiers than it holds."""
    return {
        "vi": f"SOLUONGHOSO ghi '{cut(said)}' nhưng tệp có {found} hồ sơ",
        "en": f"SOLUONGHOSO says '{cut(said)}' but the envelope holds {found} dossiers",
    }


def repeated_dossier(link: str, first: int) -> Said:
    """Two dossiers of one envelope have the same link."""
    return {
        "vi": f"MA_LK '{cut(link)}' trùng với hồ sơ thứ {first} trong cùng tệp",
        "en": f"MA_LK '{cut(link)}' is that of dossier {first} of the same envelope",
    }


def too_many_cells(row: int, columns: int) -> Said:
    """A row has values beyond the columns of its header."""
    return {
        "vi": f"Dòng {row} có giá trị ngoài {columns} cột của dòng tiêu đề",
        "en": f"row {row} has values beyond the {columns} columns of the header",
    }
