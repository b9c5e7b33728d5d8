using System.Text;
using System.Text.Json.Nodes;

namespace BulkMover.FileFormats.Tests.Variants;

/// <summary>Variants written byte by byte from VariantEncoding.md, with every freedom that it gives a writer.</summary>
/// <param name="OffsetBytes">Bytes of an offset, 1 to 4.</param>
/// <param name="IdBytes">Bytes of a field id, 1 to 4.</param>
/// <param name="IsLarge">Numbers of elements have four bytes.</param>
internal sealed record VariantBytes(int OffsetBytes = 1, int IdBytes = 1, bool IsLarge = false)
{
    /// <summary>No names.</summary>
    public static readonly byte[] Empty = Metadata();

    public static readonly byte[] Null = [0];

    public static byte[] Metadata(params string[] names) => MetadataOf(1, isSorted: false, names);

    public static byte[] MetadataOf(int offsetBytes, bool isSorted, params string[] names)
    {
        byte[][] texts = [.. names.Select(Encoding.UTF8.GetBytes)];
        return
        [
            (byte)(1 | (isSorted ? 0x10 : 0) | (offsetBytes - 1) << 6),
            .. Number(texts.Length, offsetBytes),
            .. Offsets(texts, offsetBytes),
            .. texts.SelectMany(text => text),
        ];
    }

    public static byte[] Primitive(int type, params byte[] data) => [(byte)(type << 2), .. data];

    public static byte[] Int8(int value) => Primitive(3, (byte)value);

    public static byte[] String(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return utf8.Length < 64 ? [(byte)(1 | utf8.Length << 2), .. utf8] : Primitive(16, [.. Number(utf8.Length, 4), .. utf8]);
    }

    public byte[] Array(params byte[][] elements) =>
    [
        (byte)(3 | (OffsetBytes - 1 | (IsLarge ? 4 : 0)) << 2),
        .. Number(elements.Length, IsLarge ? 4 : 1),
        .. Offsets(elements, OffsetBytes),
        .. elements.SelectMany(element => element),
    ];

    /// <param name="fields">In this order; their values lie in the same one.</param>
    public byte[] Object(params (int Id, byte[] Value)[] fields) =>
        ObjectOf([.. fields.Select(field => field.Id)], Offsets([.. fields.Select(field => field.Value)], OffsetBytes), [.. fields.SelectMany(field => field.Value)]);

    public byte[] ObjectOf(int[] ids, byte[] offsets, byte[] values) =>
    [
        (byte)(2 | (OffsetBytes - 1 | (IdBytes - 1) << 2 | (IsLarge ? 16 : 0)) << 2),
        .. Number(ids.Length, IsLarge ? 4 : 1),
        .. ids.SelectMany(id => Number(id, IdBytes)),
        .. offsets,
        .. values,
    ];

    /// <summary>Any JSON; numbers are doubles or 64-bit integers. Names are added to <paramref name="names"/> as they come.</summary>
    public byte[] Of(JsonNode? json, List<string> names) => json switch
    {
        null => Null,
        JsonArray array => Array([.. array.Select(element => Of(element, names))]),
        JsonObject fields => Object(
        [
            .. fields.OrderBy(field => Encoding.UTF8.GetBytes(field.Key), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
                .Select(field => (IdOf(field.Key, names), Of(field.Value, names))),
        ]),
        JsonValue value when value.TryGetValue(out bool flag) => Primitive(flag ? 1 : 2),
        JsonValue value when value.TryGetValue(out string? text) => String(text),
        JsonValue value when value.TryGetValue(out long number) => Primitive(6, BitConverter.GetBytes(number)),
        _ => Primitive(7, BitConverter.GetBytes(json.GetValue<double>())),
    };

    private static int IdOf(string name, List<string> names)
    {
        if (!names.Contains(name))
            names.Add(name);
        return names.IndexOf(name);
    }

    private static byte[] Offsets(byte[][] pieces, int bytes)
    {
        var offsets = new List<byte>(Number(0, bytes));
        int end = 0;
        foreach (byte[] piece in pieces)
            offsets.AddRange(Number(end += piece.Length, bytes));
        return [.. offsets];
    }

    private static byte[] Number(int value, int bytes) => BitConverter.GetBytes(value)[..bytes];
}
