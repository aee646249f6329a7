"""The messages of the Open Inference Protocol over gRPC.

They are few, so they stand here as a table, and no code is generated.

Source: Open Inference Protocol, version 2, gRPC: the package ``inference``, names and numbers.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "inference"
SERVICE = f"{PACKAGE}.GRPCInferenceService"

_NAMED = "name=1 version=2"
_PARAMETERS = "parameters:Parameter{}"
_MESSAGES = {
    "Parameter": (
        "bool_param:bool=1 int64_param:int64=2 string_param=3 double_param:double=4 "
        "uint64_param:uint64=5"
    ),
    "Contents": (
        "bool_contents:bool[]=1 int_contents:int32[]=2 int64_contents:int64[]=3 "
        "uint_contents:uint32[]=4 uint64_contents:uint64[]=5 fp32_contents:float[]=6 "
        "fp64_contents:double[]=7 bytes_contents:bytes[]=8"
    ),
    "Tensor": f"name=1 datatype=2 shape:int64[]=3 {_PARAMETERS}=4 contents:Contents=5",
    "Wanted": f"name=1 {_PARAMETERS}=2",
    "TensorMetadata": "name=1 datatype=2 shape:int64[]=3",
    "ServerLiveRequest": "",
    "ServerLiveResponse": "live:bool=1",
    "ServerReadyRequest": "",
    "ServerReadyResponse": "ready:bool=1",
    "ModelReadyRequest": _NAMED,
    "ModelReadyResponse": "ready:bool=1",
    "ServerMetadataRequest": "",
    "ServerMetadataResponse": f"{_NAMED} extensions:string[]=3",
    "ModelMetadataRequest": _NAMED,
    "ModelMetadataResponse": (
        "name=1 versions:string[]=2 platform=3 inputs:TensorMetadata[]=4 outputs:TensorMetadata[]=5"
    ),
    "ModelInferRequest": (
        f"model_name=1 model_version=2 id=3 {_PARAMETERS}=4 inputs:Tensor[]=5 outputs:Wanted[]=6 "
        "raw_input_contents:bytes[]=7"
    ),
    "ModelInferResponse": (
        f"model_name=1 model_version=2 id=3 {_PARAMETERS}=4 outputs:Tensor[]=5 "
        "raw_output_contents:bytes[]=6"
    ),
}
"""Fields as ``name:type=number``; ``[]`` are many, ``{}`` a map from names; a type that is not told
is string. The protocol has other names for ``Tensor``, ``Wanted``, ``Parameter`` and ``Contents``;
names of messages within others do not travel."""

_File = descriptor_pb2.FileDescriptorProto
_Field = descriptor_pb2.FieldDescriptorProto
_Message = descriptor_pb2.DescriptorProto


def _field(message: _Message, told: str) -> None:
    head, _, number = told.partition("=")
    name, _, kind = head.partition(":")
    field = message.field.add(name=name, number=int(number), label=_Field.LABEL_OPTIONAL)
    if kind.endswith("[]"):
        field.label = _Field.LABEL_REPEATED
    if kind.endswith("{}"):
        field.label = _Field.LABEL_REPEATED
        entry = message.nested_type.add(name=f"{name.title()}Entry")
        entry.options.map_entry = True
        _field(entry, "key=1")
        _field(entry, f"value:{kind[:-2]}=2")
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{PACKAGE}.{message.name}.{entry.name}"
        return
    kind = kind.removesuffix("[]") or "string"
    if kind in _MESSAGES:
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
    else:
        field.type = _Field.Type.Value(f"TYPE_{kind.upper()}")


def _made() -> dict[str, Any]:
    file = _File(name="daylight_inference.proto", package=PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for told in fields.split():
            _field(message, told)
        if name == "Parameter":
            message.oneof_decl.add(name="choice")
            for field in message.field:
                field.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = (pool.FindMessageTypeByName(f"{PACKAGE}.{name}") for name in _MESSAGES)
    return {each.name: message_factory.GetMessageClass(each) for each in found}


MESSAGES: dict[str, Any] = _made()
"""A class for each message, by name."""
