using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>A column, or a member of a struct, that statistics tell of.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Leaf">Place among the leaf columns of a file, those in lists and maps counted; -1 of a struct.</param>
/// <param name="Members">Of a struct: those that statistics tell of.</param>
internal sealed record StatisticsColumn(JsonEncodedText Name, int Leaf, IReadOnlyList<StatisticsColumn> Members)
{
    private const string CountProperty = "delta.dataSkippingNumIndexedCols";

    /// <summary>As Delta Lake has it by default: more would make logs large that few queries need.</summary>
    private const int DefaultCount = 32;

    /// <param name="fields">Columns of the files.</param>
    /// <param name="configuration">Properties of the table, which may say of how many columns; -1 for all.</param>
    public static IReadOnlyList<StatisticsColumn> Of(IEnumerable<Field> fields, IReadOnlyDictionary<string, string?>? configuration)
    {
        bool isSaid = int.TryParse(configuration?.GetValueOrDefault(CountProperty), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count);
        (int leaf, int left) = (0, !isSaid ? DefaultCount : count < 0 ? int.MaxValue : count);
        return OfFields(fields, ref leaf, ref left);
    }

    private static List<StatisticsColumn> OfFields(IEnumerable<Field> fields, ref int leaf, ref int left)
    {
        var columns = new List<StatisticsColumn>();
        foreach (Field field in fields)
        {
            JsonEncodedText name = JsonEncodedText.Encode(field.Name, LogLines.JsonOptions.Encoder);
            if (field.DataType is StructType { Fields: var members })
            {
                if (OfFields(members, ref leaf, ref left) is { Count: > 0 } below)
                    columns.Add(new StatisticsColumn(name, -1, below));
                continue;
            }

            int place = leaf;
            leaf += LeavesOf(field.DataType);
            if (left-- > 0 && field.DataType is not NestedType)
                columns.Add(new StatisticsColumn(name, place, []));
            left = Math.Max(left, 0);
        }

        return columns;
    }

    private static int LeavesOf(IArrowType type) => type switch
    {
        StructType { Fields: var members } => members.Sum(member => LeavesOf(member.DataType)),
        MapType map => LeavesOf(map.KeyField.DataType) + LeavesOf(map.ValueField.DataType),
        ListType list => LeavesOf(list.ValueDataType),
        _ => 1,
    };
}
