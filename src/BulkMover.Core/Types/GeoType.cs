using System.Text.Json;
using System.Text.Json.Serialization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>
/// Geometries and geographies (parquet-format Geospatial.md; Iceberg spec, "Primitive Types") are well-known binary, WKB, as it is stored, in a
/// field whose metadata names the extension <c>geoarrow.wkb</c> with the coordinate reference system and, for geographies, how edges run.
/// </summary>
public static partial class GeoType
{
    /// <summary>The reference system where none is named: longitude and latitude of WGS84.</summary>
    public const string DefaultCrs = "OGC:CRS84";

    /// <summary>How the edges of a geography run where nothing is said.</summary>
    public const string DefaultEdges = "spherical";

    private const string Extension = "geoarrow.wkb", Crs = "crs", Edges = "edges";

    /// <summary>Longer texts are documents, not names.</summary>
    private const int MaxNameLength = 64;

    public static BinaryType Storage => BinaryType.Default;

    public static bool IsGeo(this Field field) => field.DataType is BinaryType && field.ExtensionName() == Extension;

    /// <summary>A copy of the field with this type and mark; other metadata stays.</summary>
    public static Field AsGeometry(this Field field, string? crs) => field.As(new() { [Crs] = crs ?? DefaultCrs });

    /// <inheritdoc cref="AsGeometry"/>
    public static Field AsGeography(this Field field, string? crs, string? edges) =>
        field.As(new() { [Crs] = crs ?? DefaultCrs, [Edges] = edges ?? DefaultEdges });

    /// <summary><c>geometry(OGC:CRS84)</c> or <c>geography(OGC:CRS84, spherical)</c>.</summary>
    internal static string Describe(Field field)
    {
        Dictionary<string, string> parameters = field.ExtensionMetadata() is { } json
            ? JsonSerializer.Deserialize(json, Parameters.Default.DictionaryStringString) ?? []
            : [];
        string crs = parameters.GetValueOrDefault(Crs, DefaultCrs);
        string name = crs.Length <= MaxNameLength ? crs : "a reference system of its own";
        return parameters.TryGetValue(Edges, out string? edges) ? $"geography({name}, {edges})" : $"geometry({name})";
    }

    private static Field As(this Field field, Dictionary<string, string> parameters) =>
        field.WithExtension(Storage, Extension, JsonSerializer.Serialize(parameters, Parameters.Default.DictionaryStringString));

    [JsonSerializable(typeof(Dictionary<string, string>))]
    private sealed partial class Parameters : JsonSerializerContext;
}
