using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>Makes columns of members of actions; where a row has no such action, or it lacks the member, the column is null.</summary>
/// <param name="rows">The action of each row.</param>
internal sealed class ActionColumns<T>(IReadOnlyList<T?> rows)
    where T : class
{
    private static readonly Field Element = new("element", StringType.Default, nullable: true);
    private static readonly MapType TextMap = new(new Field("key", StringType.Default, nullable: false), new Field("value", StringType.Default, nullable: true));

    public ActionColumns<TMember> Select<TMember>(Func<T, TMember?> member)
        where TMember : class => new([.. rows.Select(row => row is null ? null : member(row))]);

    public StructArray Struct(params (string Name, IArrowArray Array)[] members)
    {
        var validity = new ArrowBuffer.BitmapBuilder(rows.Count);
        foreach (T? row in rows)
            validity.Append(row is not null);
        var type = new StructType([.. members.Select(member => new Field(member.Name, member.Array.Data.DataType, nullable: true))]);
        return new StructArray(type, rows.Count, members.Select(member => member.Array), validity.Build(), validity.UnsetBitCount);
    }

    public IArrowArray Texts(Func<T, string?> member) => Utf8(row => member(row) is { } text ? Encoding.UTF8.GetBytes(text) : null);

    public IArrowArray Utf8(Func<T, byte[]?> member)
    {
        var builder = new StringArray.Builder();
        foreach (T? row in rows)
            Append(builder, row is null ? null : member(row));
        return builder.Build();
    }

    public IArrowArray Longs(Func<T, long?> member)
    {
        var builder = new Int64Array.Builder();
        foreach (T? row in rows)
            builder.Append(row is null ? null : member(row));
        return builder.Build();
    }

    /// <summary>Of 32 bits.</summary>
    public IArrowArray Integers(Func<T, long?> member)
    {
        var builder = new Int32Array.Builder();
        foreach (T? row in rows)
            builder.Append(row is null ? null : checked((int?)member(row)));
        return builder.Build();
    }

    public IArrowArray Booleans(Func<T, bool?> member)
    {
        var builder = new BooleanArray.Builder();
        foreach (T? row in rows)
        {
            if (row is not null && member(row) is { } value)
                builder.Append(value);
            else
                builder.AppendNull();
        }

        return builder.Build();
    }

    public IArrowArray Lists(Func<T, IReadOnlyList<string>?> member)
    {
        var builder = new ListArray.Builder(Element);
        var items = (StringArray.Builder)builder.ValueBuilder;
        foreach (T? row in rows)
        {
            if (row is null || member(row) is not { } texts)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            items.AppendRange(texts);
        }

        return builder.Build();
    }

    public IArrowArray Maps(Func<T, Dictionary<string, string?>?> member)
    {
        var builder = new MapArray.Builder(TextMap);
        var (keys, values) = ((StringArray.Builder)builder.KeyBuilder, (StringArray.Builder)builder.ValueBuilder);
        foreach (T? row in rows)
        {
            if (row is null || member(row) is not { } map)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            foreach ((string key, string? value) in map)
            {
                keys.Append(key);
                values.Append(value);
            }
        }

        return builder.Build();
    }

    private static void Append(StringArray.Builder builder, byte[]? text)
    {
        if (text is null)
            builder.AppendNull();
        else
            builder.Append(text.AsSpan());
    }
}
