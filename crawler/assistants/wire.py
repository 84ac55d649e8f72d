"""Tools as the SDK takes them: their arguments and answers as JSON, with schemas.

A tool is a method with types. Its `**conditions` become the arguments of the one filter; named
tuples and dataclasses in its answer become JSON objects.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, TextContent
from pydantic import Field
from typing_extensions import TypedDict  # that of `typing` is not enough for pydantic before 3.12

from crawler.assistants.answers import Quotation
from crawler.errors import NewsloomError, TookTooLong
from crawler.output.visible import visible_to_assistants

LONGEST = 2_000
"""Characters of a value that is no quotation: as long as an address can be."""
MOST = 400_000
"""Characters of an answer as JSON."""
CONDITIONS: Mapping[str, Any] = {
    "words": Annotated[
        str | None,
        Field(
            description='Only articles that a search finds: words, "a phrase", OR, NOT, ( ), '
            "kazakh*, NEAR(a b, 5), title:word, outlet:name."
        ),
    ],
    "since": Annotated[
        str | None,
        Field(description="Only articles published since then: 2022-01-05, or 7d for a week ago."),
    ],
    "until": Annotated[
        str | None, Field(description="Only articles published by then; a day means its end.")
    ],
    "outlet": Annotated[
        list[str] | str, Field(description="Only articles of these outlets, by their short names.")
    ],
    "country": Annotated[
        list[str] | str, Field(description="Only articles of outlets of these countries: KZ.")
    ],
    "language": Annotated[
        list[str] | str, Field(description="Only articles in these languages: en, pt-BR.")
    ],
    "agency": Annotated[
        bool | None,
        Field(description="true: only what a news agency wrote; false: only the other articles."),
    ],
    "story": Annotated[int | None, Field(description="Only articles of this story.", ge=1)],
    "min_outlets": Annotated[
        int, Field(description="Only articles of stories that this many outlets reported.", ge=1)
    ],
    "topic": Annotated[
        str | None, Field(description="Only articles of this topic; `topics` lists them.")
    ],
}
"""The arguments of the filter."""
_DEFAULTS: Mapping[str, object] = {"outlet": [], "country": [], "language": [], "min_outlets": 1}


def as_tool(method: Callable[..., object], *, within: float) -> Callable[..., CallToolResult]:
    """A method as the SDK takes it; what goes wrong is said in a sentence.

    `within` is the CPU time, in seconds, that the method was given.
    """

    signature = inspect.signature(method, eval_str=True)
    positional = [
        name
        for name, one in signature.parameters.items()
        if one.kind is inspect.Parameter.POSITIONAL_ONLY
    ]

    @wraps(method)
    def tool(**arguments: Any) -> CallToolResult:
        try:
            first = [arguments.pop(name) for name in positional]
            return _result(method(*first, **_asked(arguments)))
        except TookTooLong as error:
            raise ToolError(
                f"this took over {within:g} s of CPU and was stopped; narrow it, for example to a "
                "shorter time or to one outlet"
            ) from error
        except NewsloomError as error:
            raise ToolError(str(error)) from error

    answer = Annotated[CallToolResult, json_type(signature.return_annotation)]
    parameters = [*_parameters(signature)]
    tool.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=parameters, return_annotation=answer
    )
    tool.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": answer}
    return tool


def json_type(kind: Any) -> Any:
    """A type in which named tuples and dataclasses are objects."""
    if hasattr(kind, "_fields") or is_dataclass(kind):
        hints = {name: json_type(hint) for name, hint in get_type_hints(kind).items()}
        return TypedDict(kind.__name__, hints)  # type: ignore[operator]
    inner = get_args(kind)
    if not inner:
        return kind
    parts = tuple(map(json_type, inner))
    if isinstance(kind, UnionType):
        return Union[parts]  # noqa: UP007 - of types that are known only now
    origin: Any = get_origin(kind)
    return origin[parts]


def _parameters(signature: inspect.Signature) -> Iterator[inspect.Parameter]:
    for one in signature.parameters.values():
        if one.kind is not inspect.Parameter.VAR_KEYWORD:
            yield one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            continue
        for name, kind in CONDITIONS.items():
            if name not in signature.parameters:
                yield inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=_DEFAULTS.get(name),
                    annotation=kind,
                )


def _asked(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without conditions that are left at their default."""
    return {
        name: value
        for name, value in arguments.items()
        if name not in CONDITIONS or value != _DEFAULTS.get(name)
    }


def _result(answer: object) -> CallToolResult:
    found = _plain(answer, LONGEST)
    assert isinstance(found, dict)
    found["cite"] = found.pop("cite")  # last: it is long
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if len(text) > MOST:
        raise ToolError(
            f"this answer has {len(text):,} characters, and {MOST:,} are the most; ask for fewer "
            "rows with limit"
        )
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=found)


def _plain(value: Any, longest: int) -> object:
    """The value as JSON has it: what is too long is cut, what cannot be seen is spelled out."""
    if isinstance(value, Quotation):
        longest = len(value.quoted)
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return {visible_to_assistants(name): _plain(one, longest) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, longest) for one in value]
    if isinstance(value, str):
        return visible_to_assistants(value if len(value) <= longest else f"{value[:longest]}…")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
