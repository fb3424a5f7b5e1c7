from acontext_cli.models.unsaid import Unsaid, words_of


def test_the_longest_is_cut_first_and_short_ones_are_words() -> None:
    unsaid = Unsaid(("local-key", "local-key-and-more", "is", ""))
    assert unsaid.cut("It is local-key-and-more, local-key") == "It is ****, ****"
    assert unsaid.cut_bytes(b"It is local-key-and-more, local-key") == b"It is ****, ****"


def test_a_header_is_known_whole_and_by_its_words() -> None:
    assert Unsaid(words_of("Bearer another-secret")).cut("another-secret", "…") == "…"
