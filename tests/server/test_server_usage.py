"""What a server remembers of its clients' characters, and of how many clients."""

from batchtts.server.usage import MOST_CLIENTS, Usage


def test_characters_are_counted_for_each_client() -> None:
    usage = Usage()
    for client, n_characters in [("a", 3), ("b", 5), ("a", 4)]:
        usage.add(client, n_characters)
    assert [usage.characters(client) for client in "abc"] == [7, 5, 0]


def test_no_number_of_keys_fills_the_memory() -> None:
    usage = Usage()
    for number in range(MOST_CLIENTS + 1):
        usage.add(str(number), 1)
    assert [usage.characters(client) for client in ("0", "1", str(MOST_CLIENTS))] == [0, 1, 1]
