using System.Globalization;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>
/// Reads partition tuples to compare them, whatever their transforms (Iceberg spec, "Scan Planning", notes 3 and 4). A value is the same in
/// manifests from before and after a type promotion of its column.
/// </summary>
internal sealed class PartitionKeyReader(PartitionSpec spec)
{
    public PartitionKey Read(AvroDecoder decoder, AvroType type)
    {
        string[] values = new string[spec.Fields.Count];
        Array.Fill(values, "null");
        AvroType record = decoder.ReadBranch(type);
        for (int index = 0; index < record.Fields.Length; index++)
        {
            AvroField field = record.Fields[index];
            int place = spec.PlaceOf(field.FieldId, index);
            if (place >= 0)
                values[place] = ReadValue(ref decoder, field.Type);
            else
                decoder.Skip(field.Type);
        }

        return new PartitionKey(spec.Id, string.Join('|', values));
    }

    private static string ReadValue(ref AvroDecoder decoder, AvroType type)
    {
        AvroType branch = decoder.ReadBranch(type);
        switch (branch.Kind)
        {
            case AvroKind.Null:
                return "null";
            case AvroKind.Boolean:
                return decoder.ReadBoolean(branch)!.Value ? "true" : "false";
            case AvroKind.Int or AvroKind.Long:
                return decoder.ReadLong(branch)!.Value.ToString(CultureInfo.InvariantCulture);
            case AvroKind.Float or AvroKind.Double:
                double number = decoder.ReadDouble(branch)!.Value;
                // By bits, all NaNs alike, zeros of both signs apart.
                return BitConverter.DoubleToUInt64Bits(double.IsNaN(number) ? double.NaN : number).ToString("x", CultureInfo.InvariantCulture);
            case AvroKind.Bytes or AvroKind.String or AvroKind.Fixed:
                decoder.TryReadBytes(branch, out ReadOnlySpan<byte> bytes);
                // More digits make a decimal longer; of values of one length, none become equal.
                return Convert.ToHexString(branch.Kind == AvroKind.Fixed || branch.LogicalType == "decimal" ? WithoutSignBytes(bytes) : bytes);
            default:
                throw decoder.Corrupt($"a partition value is of the kind {branch.Kind}");
        }
    }

    private static ReadOnlySpan<byte> WithoutSignBytes(ReadOnlySpan<byte> value)
    {
        while (value.Length > 1 && ((value[0] == 0 && value[1] < 0x80) || (value[0] == 0xFF && value[1] >= 0x80)))
            value = value[1..];
        return value;
    }
}
