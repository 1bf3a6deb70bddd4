"""A language model of a megabyte with random weights, and llama.cpp's own server over it.

`python -m tests.tiny_model --model FILE.gguf` writes the model where FILE is missing, serves it on 127.0.0.1, and
prints its base URL as the first line. The weights are random but for four habits, without which a random model never
comes to an end: strings, lists and numbers tend to be closed, and a reply to a request with tools starts with a call
and ends after it. What it answers has the form that was asked for and no meaning.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = NDArray[np.float32]

CONTEXT = 32_768  # tokens that one request may take, prompt and answer together
SLOTS = 4  # requests that are answered side by side

_WIDTH, _HEADS, _INNER = 32, 2, 64
_HEAD = _WIDTH // _HEADS
_NOISE = 2.0  # the standard deviation of a token's logit: how much one step differs from the next
_NEVER, _ALWAYS = -60.0, 60.0

_UNKNOWN, _START, _TURN, _END = "<unk>", "<s>", "<|im_start|>", "<|im_end|>"
_CALL, _CALLED = "<tool_call>", "</tool_call>"
_LINE_BREAK = "<0x0A>"
_PUNCTUATION = "，。、；：？！（）《》“”‘’【】—…％℃㎡①②③④⑤⑥⑦⑧⑨⑩≥≤×÷√□\u3000"

# Logits that are added to a token's noise. No reply holds broken UTF-8, hence no single byte is ever chosen; and no
# number is so great that Python reads it as infinite, hence no exponents.
_HABITS: Final = {
    '"': 6.0, _END: 6.0, "}": 3.0, ",": 3.0, "{": 3.0, "]": 2.5,
    ".": -1.0, "-": -4.0, "e": -6.0, "E": -6.0, "▁": -8.0, "\\": -8.0,
    _CALLED: -30.0, "<": _NEVER, _CALL: _NEVER, _UNKNOWN: _NEVER, _START: _NEVER, _TURN: _NEVER,
}  # fmt: skip

_TEMPLATE = """\
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- '# Tools\\n' }}
    {%- for tool in tools %}
        {{- tool | tojson + '\\n' }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == 'assistant' %}
        {{- '<|im_start|>assistant\\n' + (message.content or '') }}
        {%- for tool_call in message.tool_calls or [] %}
            {%- set call = tool_call.function or tool_call %}
            {{- '<tool_call>{"name": "' + call.name + '", "arguments": ' }}
            {{- call.arguments | tojson }}
            {{- '}</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == 'tool' %}
        {{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
    {%- elif message.role != 'system' or not loop.first %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""


def vocabulary() -> list[str]:
    """The tokens: markers, every byte, and a character each for ASCII, Chinese punctuation and GB 2312's first level.

    A character that is not among them is read as its bytes, so that no text is too strange for the model.
    """
    markers = [_UNKNOWN, _START, _TURN, _END, _CALL, _CALLED]
    octets = [f"<0x{value:02X}>" for value in range(256)]
    printable = [character for character in map(chr, range(32, 127)) if character != " "]
    return [*markers, *octets, "▁", *dict.fromkeys([*printable, *_PUNCTUATION, *_common_characters()])]


def _common_characters() -> Iterator[str]:
    """The 3,755 common characters of GB 2312, which stand there in rows 16 to 55 by their reading."""
    for row in range(0xB0, 0xD8):
        for cell in range(0xA1, 0xFA if row == 0xD7 else 0xFF):
            yield bytes([row, cell]).decode("gb2312")


def build_model(path: Path, seed: int = 0) -> Path:
    """Writes the model to the path, the same bytes for the same seed, and gives the path back."""
    import gguf
    import numpy as np

    tokens = vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_vocab_size(len(tokens))
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(1)
    writer.add_rope_dimension_count(_HEAD)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(_token_types(tokens))
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_bos_token_id(tokens.index(_START))
    writer.add_eos_token_id(tokens.index(_END))
    writer.add_unk_token_id(tokens.index(_UNKNOWN))
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)
    for name, weights in _weights(tokens, np.random.default_rng(seed)).items():
        writer.add_tensor(name, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _token_types(tokens: Sequence[str]) -> list[int]:
    """What each token is: a byte, a marker that is part of text, a marker that is not, or text."""
    from gguf import TokenType

    kinds = {_UNKNOWN: TokenType.UNKNOWN, _CALL: TokenType.USER_DEFINED, _CALLED: TokenType.USER_DEFINED}
    kinds |= dict.fromkeys((_START, _TURN, _END), TokenType.CONTROL)
    return [int(kinds.get(token, TokenType.BYTE if _is_byte(token) else TokenType.NORMAL)) for token in tokens]


def _is_byte(token: str) -> bool:
    return token.startswith("<0x")


def _weights(tokens: Sequence[str], random: np.random.Generator) -> dict[str, Weights]:
    """Every tensor. The first three numbers of a state are not random: they carry the habits from token to logit."""
    import numpy as np

    def noise(*shape: int, scale: float) -> Weights:
        return (random.standard_normal(shape) * scale).astype(np.float32)

    def ones() -> Weights:
        return np.ones(_WIDTH, np.float32)

    embedding = noise(len(tokens), _WIDTH, scale=1.0)
    output = noise(len(tokens), _WIDTH, scale=_NOISE / _WIDTH**0.5)
    embedding[:, :3] = 1.0, 0.0, 0.0  # always; after a line break; after a call
    output[:, :3] = 0.0
    for position, token in enumerate(tokens):
        output[position, 0] = _NEVER if _is_byte(token) else _HABITS.get(token, 0.0)
    embedding[tokens.index(_LINE_BREAK), 1] = embedding[tokens.index(_CALLED), 2] = 3.0
    output[tokens.index(_CALL), 1] = output[tokens.index(_END), 2] = _ALWAYS
    layer = {
        "attn_q": noise(_WIDTH, _WIDTH, scale=_WIDTH**-0.5),
        "attn_k": noise(_HEAD, _WIDTH, scale=_WIDTH**-0.5),
        "attn_v": noise(_HEAD, _WIDTH, scale=_WIDTH**-0.5),
        "attn_output": noise(_WIDTH, _WIDTH, scale=_WIDTH**-0.5),
        "ffn_gate": noise(_INNER, _WIDTH, scale=_WIDTH**-0.5),
        "ffn_up": noise(_INNER, _WIDTH, scale=_WIDTH**-0.5),
        "ffn_down": noise(_WIDTH, _INNER, scale=_INNER**-0.5),
        "attn_norm": ones(),
        "ffn_norm": ones(),
    }
    for name in ("attn_output", "ffn_down"):  # what writes to a state leaves its first three numbers alone
        layer[name][:3] = 0.0
    named = {f"blk.0.{name}.weight": weights for name, weights in layer.items()}
    return {"token_embd.weight": embedding, "output_norm.weight": ones(), "output.weight": output, **named}


def serve(model: Path, port: int = 0) -> str:
    """Starts llama.cpp's server over the model, in this process until it ends, and gives its base URL.

    The port is a free one by default. The server draws with a fixed seed where a request names none, and keeps no
    prompts from one request to the next, so that the same request gets the same answer.
    """
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT * SLOTS
    params.n_parallel = SLOTS
    params.n_gpu_layers = 0
    params.fit_params = False
    params.warmup = False
    params.cache_prompt = False
    params.cache_ram_mib = 0
    params.ui = False
    params.verbosity = 1
    params.sampling.seed = 1
    params.cpuparams.n_threads = 1  # a thread more costs more than it gives in a model so small
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    _running.append(server)
    return f"{server.listening_address}/v1"


_running: list[object] = []  # a server ends when nothing holds it any more


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until the process is ended, or with --until-eof until its standard input is closed."""
    parser = argparse.ArgumentParser(description="A tiny model behind llama.cpp's server, for tests.")
    parser.add_argument("--model", type=Path, required=True, help="the model's file, written where it is missing")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    options = parser.parse_args(arguments)
    if not options.model.exists():
        build_model(options.model)
    sys.stdout.write(serve(options.model, options.port) + "\n")
    sys.stdout.flush()
    if options.until_eof:
        sys.stdin.read()
    else:
        threading.Event().wait()


if __name__ == "__main__":
    main()
