using System.Text.Json.Serialization;
using BulkMover.TableFormats.Delta.Log;

namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>
/// How actions are read from JSON. Unrecognized fields and actions are ignored, as PROTOCOL.md ("Protocol Evolution") asks.
/// </summary>
[JsonSourceGenerationOptions(AllowDuplicateProperties = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StateAction))]
[JsonSerializable(typeof(FileAction))]
[JsonSerializable(typeof(CompactedAction))]
[JsonSerializable(typeof(ProvenanceAction))]
[JsonSerializable(typeof(WriterAction))]
[JsonSerializable(typeof(VersionChecksum))]
internal sealed partial class ActionJson : JsonSerializerContext;
