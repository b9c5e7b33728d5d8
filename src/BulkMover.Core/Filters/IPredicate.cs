namespace BulkMover.Core.Filters;

/// <summary>A test of one value. Implementations are structs, so that the loop over the rows is compiled for each.</summary>
internal interface IPredicate<T>
    where T : allows ref struct
{
    bool Test(T value);
}
