"""Fusion's UI Manager as far as Segue's window needs it: things with an ID, events, and a timer."""

from __future__ import annotations

from types import SimpleNamespace

FIELDS = {
    "Button": {"Enabled": True, "Text": ""},
    "CheckBox": {"Checked": False, "Text": ""},
    "ComboBox": {"CurrentIndex": 0},
    "Label": {"Text": "", "WordWrap": False},
    "LineEdit": {"Text": "", "PlaceholderText": ""},
    "SpinBox": {"Value": 0, "Minimum": 0, "Maximum": 99},
    "TextEdit": {"PlainText": "", "PlaceholderText": "", "ReadOnly": False},
}


class Thing:
    """A widget: only the attributes of its kind may be set."""

    def __init__(self, kind, attributes):
        layout = {"ID": "", "Weight": 1}
        unknown = set(attributes) - set(FIELDS[kind]) - set(layout)
        assert not unknown, f"{kind} has no {unknown}"
        self.__dict__.update(layout, **FIELDS[kind], kind=kind, items=[])
        self.__dict__.update(attributes)

    def __setattr__(self, name, value):
        assert name in FIELDS[self.kind], f"{self.kind} has no {name}"
        self.__dict__[name] = value

    def AddItem(self, text):
        assert self.kind == "ComboBox"
        self.items.append(text)


class Group:
    def __init__(self, attributes, children):
        self.children = children


class Timer:
    def __init__(self, attributes):
        self.interval_ms, self.is_active = attributes["Interval"], False

    def Start(self):
        self.is_active = True

    def Stop(self):
        self.is_active = False


class Handlers:
    """`window.On.ID.Event = function`."""

    def __getattr__(self, name):
        self.__dict__[name] = SimpleNamespace()
        return self.__dict__[name]


class Window:
    def __init__(self, attributes, children):
        self.id, self.On, self.is_shown = attributes["ID"], Handlers(), False
        self.children = children
        self._things = {thing.ID: thing for thing in _things(children) if thing.ID}

    def GetItems(self):
        return self._things

    def Show(self):
        self.is_shown = True

    def Hide(self):
        self.is_shown = False


class UiManager:
    """`fusion.UIManager`."""

    def __init__(self):
        self.timers = []

    def Timer(self, attributes):
        self.timers.append(Timer(attributes))
        return self.timers[-1]

    def VGroup(self, attributes, children):
        return Group(attributes, children)

    HGroup = VGroup

    def __getattr__(self, kind):
        if kind not in FIELDS:
            raise AttributeError(kind)
        return lambda attributes: Thing(kind, attributes)


class Bmd:
    """`bmd`; the person at the window is a function of it."""

    def __init__(self, person):
        self._person = person

    def UIDispatcher(self, manager):
        return Dispatcher(manager, self._person)


class Dispatcher:
    def __init__(self, manager, person):
        self.On = SimpleNamespace()
        self._manager, self._person, self._window = manager, person, None

    def AddWindow(self, attributes, children):
        self._window = Window(attributes, children)
        return self._window

    def RunLoop(self):
        assert self._window.is_shown
        self._person(Screen(self._window, self, self._manager.timers[0]))

    def ExitLoop(self):
        assert self._window is not None


class Screen:
    """What a person sees of the window, and can do with it."""

    def __init__(self, window, dispatcher, timer):
        self.window, self.items, self._dispatcher = window, window.GetItems(), dispatcher
        self.timer = timer
        self.said: list[str] = []

    def press(self, name):
        assert self.items[name].Enabled, f"{name} cannot be pressed now"
        getattr(self.window.On, name).Clicked({})
        self._look()

    def tick(self):
        assert self.timer.is_active
        self._dispatcher.On.Timeout({})
        self._look()

    def close(self):
        getattr(self.window.On, self.window.id).Close({})

    def _look(self):
        self.said.append(self.items["Said"].Text)


def _things(children):
    for child in children:
        if isinstance(child, Group):
            yield from _things(child.children)
        else:
            yield child
