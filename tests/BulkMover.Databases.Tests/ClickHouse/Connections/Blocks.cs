using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.Tests.ClickHouse.Connections;

/// <summary>Blocks of one column <c>a</c>.</summary>
internal static class Blocks
{
    public static NativeBlock Numbers(int start, int count) =>
        Of(new Int64Array.Builder().AppendRange(Enumerable.Range(start, count).Select(i => (long)i)).Build(), Int64Type.Default);

    public static NativeBlock Texts(params string[] values) =>
        Of(new StringArray.Builder().AppendRange(values).Build(), StringType.Default);

    private static NativeBlock Of(IArrowArray values, IArrowType type)
    {
        var field = new Field("a", type, nullable: false);
        var batch = new RecordBatch(new Schema([field], null), [values], values.Length);
        return new NativeEncoder([TargetColumn.Of(field, default)]).Encode(batch);
    }
}
