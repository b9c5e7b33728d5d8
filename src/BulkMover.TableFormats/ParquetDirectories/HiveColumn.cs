using System.Globalization;
using Apache.Arrow.Types;
using BulkMover.TableFormats.Partitions;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>
/// Finds the type of a partition column from all its values: the known one, if there is one and all values are of it; that of the column of the same name if
/// all files have one and all values are of it; else int32, int64, date or string. Only a type whose values read back as exactly the text is taken, so that <c>007</c>, <c>1.0</c> or
/// <c>+1</c> stay what they are; the engines' further guesses (double, timestamp) would alter some.
/// </summary>
/// <param name="name">Of the column.</param>
/// <param name="known">Its type where the files are read as those of a table that has it; else null.</param>
internal sealed class HiveColumn(string name, IArrowType? known)
{
    private bool fitsKnown = known is not null;
    private bool fitsInt32 = true;
    private bool fitsInt64 = true;
    private bool fitsDate = true;
    private bool fitsFiles = true;
    private bool hasValue;

    public string Name { get; } = name;

    public bool HasNull { get; private set; }

    /// <param name="inFiles">Type of the column of the same name in the files; null when there is none.</param>
    public IArrowType TypeOf(IArrowType? inFiles) => fitsKnown ? known! : inFiles is not null && fitsFiles ? inFiles : Inferred;

    private IArrowType Inferred => this switch
    {
        { hasValue: false } => StringType.Default,
        { fitsInt32: true } => Int32Type.Default,
        { fitsInt64: true } => Int64Type.Default,
        { fitsDate: true } => Date32Type.Default,
        _ => StringType.Default,
    };

    /// <param name="value">The value of a file's path.</param>
    /// <param name="inFile">Type of the column of the same name in the file; null when there is none.</param>
    public void Add(string? value, IArrowType? inFile)
    {
        fitsKnown = fitsKnown && (value is null || PartitionValue.Parse(value, known!) is not null);
        fitsFiles &= inFile is not null && (value is null || PartitionValue.Parse(value, inFile) is not null);
        if (value is null)
        {
            HasNull = true;
            return;
        }

        hasValue = true;
        bool isInteger = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number.ToString(CultureInfo.InvariantCulture) == value;
        fitsInt64 &= isInteger;
        fitsInt32 &= isInteger && number is >= int.MinValue and <= int.MaxValue;
        fitsDate &= value.Length == "2024-01-31".Length && CalendarText.Days(value) is not null;
    }
}
