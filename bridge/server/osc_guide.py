"""What plugins/OSC.md says before its tables: how to ask, what comes back, what is refused."""

from typing import Final

GUIDE: Final = """\
# Segue by OSC

*Written by `make docs` from the table of operations; do not edit it by hand.*

`segue serve` listens for OSC 1.0 on UDP port 5758 of this machine (`--osc-port`). Apps that look
for `_osc._udp` by zeroconf find it as **Segue**. Every operation of Segue is an address,
`/segue/ROOM/VERB`, as `segue ROOM VERB` is its command and `POST /ROOM/VERB` its page.

```sh
oscdump 9000 &                                        # shows what comes back
oscsend 127.0.0.1 5758 /segue/music/sample sisi bars 2 reply_port 9000
oscsend 127.0.0.1 5758 /segue/live/set/knobs.temperature f 0.9      # a fader
oscsend 127.0.0.1 5758 /segue/live/perform/panic                    # a button
```

## How to ask

A message carries one of these:

- **nothing**: everything has its default; a lone `N` or `I`, as some buttons send, is nothing too;
- **pairs**: `bars 4 knobs.temperature 0.8 id 7`, in any order; a dot leads into an object;
- **one text with a JSON object**: `{"bars": 4, "knobs": {"temperature": 0.8}}`; pairs may follow.

For apps whose controls send one value to one address, a key may stand behind the address:
`/segue/live/set/amount 0.4`. Where a key is needed that is one of some words, the word itself may:
`/segue/live/perform/panic`; a button may send its state along, and 0, its release, does nothing.

These keys are for the door itself, at every address:

{door words}

Values are converted as liblo does, so that a fader may set a whole number:

| sent | becomes |
|---|---|
| `i` `h` `f` `d` for a number | that number; for a whole number the fraction is dropped |
| `f` | the shortest decimal that it stands for: 0.9, not 0.8999999762 |
| `T` `F` for a number | 1, 0 |
| a number for true or false | false where it is 0, else true |
| `s` `S` for anything but text | what it is as JSON: `"0.8"`, `"true"`, `"[1, 2]"` |
| `N` | null |
| `I` for true or false | true |
| `[ .. ]` | a list |
| `b` for music | a Standard MIDI File |

What is longer than a datagram comes in pieces: `/segue/part ID INDEX COUNT PIECE` for each piece of
the JSON text (`INDEX` from 0), then the message itself with `id ID parts COUNT`.

Patterns reach every operation that they match: `*`, `?`, `[a-c]`, `[!a-c]`, `{one,two}`.

Bundles are kept together and done at their timetag, nested ones no earlier than the bundle around
them: at once where it is past, later up to an hour ahead; 1024 messages may wait so. Each datagram
may hold 1024 messages, each message 1024 arguments; bundles and arrays may lie 8 deep.

## What comes back

To the address and port that the message came from, or to its `reply_port`:

| address | arguments | when |
|---|---|---|
| `/segue/reply` | ID OPERATION JSON | it is done; JSON is null after a stream |
| `/segue/part` | ID INDEX COUNT PIECE | instead, where the JSON is over 8000 bytes: join them |
| `/segue/error` | ID OPERATION STATUS MESSAGE | it cannot be done, and why; STATUS as in HTTP |
| `/segue/progress` | ID DONE TOTAL WHAT | it takes a while |
| `/segue/item` | ID INDEX JSON | one item of a stream |

ID is what you sent, or 0; OPERATION is `room.verb`; STATUS, INDEX, COUNT, DONE and TOTAL are whole
numbers, the rest is text. `/segue/cancel ID` gives up what your machine asked under that id, and
`/segue/cancel` all that it asked; what was given up is answered by an error with status 409.

A packet that is damaged or no OSC is answered by `/segue/error 0 "" 400 MESSAGE`, and nothing of it
is done. `#reply` packets, as Ardour sends them, and our own answers are ignored.

A message is no promise: UDP may lose it when a machine is very busy. Answers say that it arrived.
"""
