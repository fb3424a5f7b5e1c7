"""`formats/source.py` and `formats/document.py`: whatever a file is, its usable parts come, and memory is bounded."""

import json
import tracemalloc
from io import BufferedReader, BytesIO, RawIOBase
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acontext_cli.formats.document import LONGEST, Parts
from acontext_cli.formats.source import Source

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
HUGE = 100 << 20


class Generated(RawIOBase):
    """A file that is nowhere: each text so many times."""

    def __init__(self, *texts: tuple[bytes, int]) -> None:
        self._texts = texts
        self._rest: list[tuple[bytes, int]] = list(texts)

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._rest = list(self._texts)
        return 0

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            return 0
        text, times = self._rest.pop(0)
        now = max(1, min(times, len(buffer) // len(text)))
        data = text * now
        if len(data) > len(buffer):
            data, rest = data[: len(buffer)], data[len(buffer) :]
            self._rest.insert(0, (rest, 1))
        if times > now:
            self._rest.insert(1 if len(data) < len(text) else 0, (text, times - now))
        buffer[: len(data)] = data
        return len(data)


def generated(*texts: tuple[bytes, int]) -> Source:
    return Source(cast(BinaryIO, BufferedReader(Generated(*texts), 1 << 18)))


def of(data: str | bytes) -> Source:
    return Source(BytesIO(data.encode() if isinstance(data, str) else data))


def parts(data: str | bytes) -> list[tuple[str, object]]:
    return list(of(data).parts())


class TestLines:
    def test_each_object_is_a_record(self) -> None:
        source = of('{"a": 1}\n\n{"a": 2}')
        assert source.is_lines
        assert list(source.records()) == [{"a": 1}, {"a": 2}]
        assert source.tally.skipped == {}

    def test_a_broken_line_is_counted_and_the_next_one_read(self) -> None:
        source = of('{"a": 1}\n{"a": \n[1]\n7\n{"a": 2}\n{"a": 3}\n{"a": 4}')
        assert list(source.records()) == [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]
        assert source.tally.skipped == {"broken lines": 1, "lines that are no JSON object": 2}

    def test_a_first_line_that_is_broken_does_not_hide_the_others(self) -> None:
        source = of('ssage": 1}\n{"a": 1}\n{"a": 2}\n')
        assert source.is_lines
        assert source.sample == ({"a": 1}, {"a": 2})

    def test_a_last_line_that_was_cut_is_counted(self) -> None:
        source = of('{"a": 1}\n{"a": 2}\n{"a": "thr')
        assert (len(list(source.records())), source.tally.skipped) == (2, {"broken lines": 1})

    @pytest.mark.parametrize("line", [b'\xef\xbb\xbf{"a": 1}', b'\x00\x00{"a": 1}\x00', b'{"a": 1}\r', b' {"a": 1}\t'])
    def test_marks_around_a_line_are_passed_over(self, line: bytes) -> None:
        assert list(of(line + b"\n" + line).records()) == [{"a": 1}] * 2

    def test_bytes_that_are_no_utf_8_are_replaced(self) -> None:
        first, second = of(b'{"a": "x\xffy"}\n{"a": "\xed\xa0\x80"}\n').records()
        assert (first["a"], second["a"]) == ("x\ufffdy", "\ufffd\ufffd\ufffd")

    @pytest.mark.parametrize("end", ["\u2028", "\u2029", "\u0085", "\x7f"])
    def test_only_a_newline_ends_a_line(self, end: str) -> None:
        source = of((json.dumps({"a": f"x{end}y"}, ensure_ascii=False) + "\n") * 2)
        assert [record["a"] for record in source.records()] == [f"x{end}y"] * 2

    def test_endless_nesting_in_a_line_is_a_broken_line(self) -> None:
        source = of('{"a": ' * 100_000 + '\n{"a": 1}\n{"a": 2}')
        assert list(source.records()) == [{"a": 1}, {"a": 2}]
        assert source.tally.skipped == {"broken lines": 1}

    @pytest.mark.parametrize("sign", [b"x", b"["])
    def test_a_line_of_a_hundred_megabytes_is_passed_over_without_holding_it(self, sign: bytes) -> None:
        source = generated((b'{"a": 1}\n{"a": 2}\n{"a": "', 1), (sign * 4096, HUGE // 4096), (b'"}\n{"a": 3}', 1))
        tracemalloc.start()
        found = list(source.records())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == [{"a": 1}, {"a": 2}, {"a": 3}]
        assert source.tally.skipped == {f"lines longer than {LONGEST >> 20} MiB": 1}
        assert peak < 3 * LONGEST

    def test_memory_does_not_grow_with_the_lines(self) -> None:
        source = generated((b'{"role": "user", "content": "Mend the gateway, please"}\n', 50_000))
        tracemalloc.start()
        assert sum(1 for _ in source.records()) == 50_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2 << 20

    def test_a_file_can_be_read_again_and_looking_at_it_counts_nothing(self) -> None:
        source = of('{"a": 1}\nx\n{"a": 2}\n')
        assert source.sample == ({"a": 1}, {"a": 2})
        assert source.tally.skipped == {}
        assert list(source.records()) == list(source.records())

    def test_the_sample_is_the_beginning(self) -> None:
        assert len(of('{"a": 1}\n' * 100).sample) == 40


class TestDocuments:
    @pytest.mark.parametrize("indent", [None, 2])
    def test_members_come_one_by_one_and_lists_element_by_element(self, indent: int | None) -> None:
        data = json.dumps({"a": 1, "b": [{"c": [2]}, 3], "d": {"e": [4]}, "f": []}, indent=indent)
        assert not of(data).is_lines
        assert parts(data) == [("a", 1), ("b", {"c": [2]}), ("b", 3), ("d", {"e": [4]})]
        assert of(data).sample == ({"a": 1}, {"b": {"c": [2]}}, {"b": 3}, {"d": {"e": [4]}})

    def test_the_elements_of_an_outer_array_have_no_name(self) -> None:
        assert parts(' [1, {"a": [2]}, [3]] ') == [("", 1), ("", {"a": [2]}), ("", [3])]

    def test_one_line_is_a_document(self) -> None:
        assert not of('{"role": "user"}\n').is_lines
        assert of('{"role": "user"}\n').sample == ({"role": "user"},)

    @pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf", b"{}", b"[]", b"\xef\xbb\xbf {}"])
    def test_an_empty_file_has_no_parts_and_no_problem(self, data: bytes) -> None:
        source = of(data)
        assert (source.is_lines, source.sample, list(source.parts()), list(source.records())[1:]) == (False, (), [], [])
        assert source.tally.skipped in ({}, {"broken lines": 1}, {"lines that are no JSON object": 1})

    def test_a_byte_order_mark_is_passed_over(self) -> None:
        assert parts(b'\xef\xbb\xbf{"a": 1}') == [("a", 1)]

    @pytest.mark.parametrize("cut", range(1, 33))
    def test_what_stands_before_a_cut_is_read(self, cut: int) -> None:
        whole = '{"a": 1, "b": [{"c": "x"}, true]}'
        source = of(whole[:cut])
        found = list(source.parts())
        assert found == parts(whole)[: len(found)]
        assert len(found) == (cut > 6) + (cut > 24) + (cut > 30)
        assert source.tally.skipped == {"the rest of a broken document": 1}

    @pytest.mark.parametrize(
        "data", ["x", "7", '"x"', '{"a" 1}', '{"a": 1 "b": 2}', "[1 2]", "{1: 2", "[nope]", "\x00"]
    )
    def test_what_is_no_document_is_counted(self, data: str) -> None:
        source = of(data)
        list(source.parts())
        assert source.tally.skipped == {"the rest of a broken document": 1}

    @pytest.mark.parametrize("data", ["[" * 100_000, '{"a": ' * 100_000, '[{"a": 1}, ' + "[" * 100_000])
    def test_endless_nesting_ends_the_reading_in_words(self, data: str) -> None:
        source = of(data)
        assert list(source.parts()) in ([], [("", {"a": 1})])
        assert source.tally.skipped == {"the rest of a broken document": 1}

    def test_bytes_that_are_no_utf_8_are_replaced(self) -> None:
        assert parts(b'{"a": "x\xff\xfe"}') == [("a", "x\ufffd\ufffd")]

    def test_a_part_of_a_hundred_megabytes_is_not_taken(self) -> None:
        source = generated((b'[{"a": 1}, "', 1), (b"x" * 4096, HUGE // 4096), (b'"]', 1))
        tracemalloc.start()
        assert list(source.parts()) == [("", {"a": 1})]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert source.tally.skipped == {"the rest of a broken document": 1}
        assert peak < 6 * LONGEST

    def test_memory_does_not_grow_with_the_elements(self) -> None:
        source = generated((b'{"messages": [', 1), (b'{"role": "user", "content": "Mend it"},\n ', 50_000), (b"7]}", 1))
        tracemalloc.start()
        assert sum(1 for _ in source.parts()) == 50_001
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 4 << 20

    @given(ANY_JSON, st.sampled_from([None, 1]), st.booleans(), st.integers(1, 9))
    def test_parts_put_together_are_the_document(self, value: object, indent: int | None, ascii: bool, at: int) -> None:
        data = json.dumps({"x" * at: [value, value], "y": {"z": value}}, indent=indent, ensure_ascii=ascii)
        read = Parts(BytesIO(data.encode("utf-8", "surrogatepass")))
        assert list(read) == [("x" * at, value)] * 2 + [("y", {"z": value})]
        assert read.problem == ""

    @given(st.binary(max_size=60))
    def test_no_bytes_end_a_reading(self, data: bytes) -> None:
        for read in (of(data), of(b'{"a": [' + data), of(b'{"a": 1}\n' + data + b'\n{"b": 2}')):
            assert len(list(read.parts())) + len(list(read.records())) + len(read.sample) >= 0

    def test_parts_that_end_where_a_read_ends_are_whole(self) -> None:
        numbers = list(range(100_000))
        assert [value for _, value in parts(json.dumps(numbers))] == numbers
